/* The log of an audience: who got what and when, each different payload kept once.
 *
 * A row is 16 bytes of memory until the next sync; payloads stay, to be compared with. The files
 * grow at a sync only, so whoever asked for one reads them in peace. They are columns, in the
 * machine's own order of bytes: viewers (u32), payloads (u32, an index into contents), at_ns (u64);
 * contents, each a length (u32), a frame's first byte and its payload; and losses, a line
 * "VIEWER AT_NS WHY" for each connection that ended. */

#ifndef BENCH_LOG_H
#define BENCH_LOG_H

#include <unistd.h>

#include "bytes.h"

enum {
    ROWS = 64 * 1024,        /* in one piece of memory */
    SLOTS = 2 * 1024 * 1024, /* a power of two */
    KNOWN_MAX = SLOTS / 2,   /* contents beyond are kept again each time they come */
};

struct content {
    uint64_t hash;
    uint32_t length;
    unsigned char head; /* first byte of the frame */
    unsigned char at[];
};

struct rows {
    struct rows *next;
    size_t count;
    uint32_t viewers[ROWS], payloads[ROWS];
    uint64_t at_ns[ROWS];
};

static uint64_t frames_count;
static struct rows *oldest, *newest;
static struct content **contents;
static uint32_t contents_count, contents_room, contents_written;
static uint32_t known[SLOTS]; /* index of a content + 1, at its hash or after it */
static struct bytes losses;
static FILE *viewers_file, *payloads_file, *at_ns_file, *contents_file, *losses_file;

static uint64_t hash_of(unsigned char head, const unsigned char *at, size_t length)
{
    const uint64_t odd = 0x9e3779b97f4a7c15u;
    uint64_t hash = (length << 8 | head) * odd, word = 0;
    for (; length >= sizeof word; at += sizeof word, length -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = (hash ^ word) * odd;
        hash ^= hash >> 29;
    }
    word = 0;
    memcpy(&word, at, length);
    hash = (hash ^ word) * odd;
    return hash ^ hash >> 32;
}

static uint32_t new_content(uint64_t hash, unsigned char head, const unsigned char *at, size_t length)
{
    if (contents_count == contents_room) {
        contents_room = contents_room ? 2 * contents_room : 1024;
        contents = given(realloc(contents, contents_room * sizeof *contents));
    }
    struct content *c = given(malloc(sizeof *c + length));
    *c = (struct content){.hash = hash, .length = (uint32_t)length, .head = head};
    memcpy(c->at, at, length);
    contents[contents_count] = c;
    return contents_count++;
}

static uint32_t content_of(unsigned char head, const unsigned char *at, size_t length)
{
    uint64_t hash = hash_of(head, at, length);
    size_t slot = hash & (SLOTS - 1);
    for (; known[slot]; slot = (slot + 1) & (SLOTS - 1)) {
        const struct content *c = contents[known[slot] - 1];
        if (c->hash == hash && c->length == length && c->head == head &&
            !memcmp(c->at, at, length))
            return known[slot] - 1;
    }
    uint32_t index = new_content(hash, head, at, length);
    if (index < KNOWN_MAX)
        known[slot] = index + 1;
    return index;
}

static void keep(uint32_t viewer, uint32_t payload, int64_t at_ns)
{
    if (!newest || newest->count == ROWS) {
        struct rows *fresh = given(malloc(sizeof *fresh));
        fresh->next = NULL;
        fresh->count = 0;
        *(newest ? &newest->next : &oldest) = fresh;
        newest = fresh;
    }
    newest->viewers[newest->count] = viewer;
    newest->payloads[newest->count] = payload;
    newest->at_ns[newest->count++] = (uint64_t)at_ns;
    frames_count++;
}

static void write_all(FILE *file, const void *at, size_t length)
{
    if (length && fwrite(at, length, 1, file) != 1)
        die("log");
}

static void write_rows(void)
{
    while (oldest) {
        struct rows *done = oldest;
        write_all(viewers_file, done->viewers, done->count * sizeof *done->viewers);
        write_all(payloads_file, done->payloads, done->count * sizeof *done->payloads);
        write_all(at_ns_file, done->at_ns, done->count * sizeof *done->at_ns);
        oldest = done->next;
        free(done);
    }
    newest = NULL;
}

static void write_contents(void)
{
    for (; contents_written < contents_count; contents_written++) {
        const struct content *c = contents[contents_written];
        write_all(contents_file, &c->length, sizeof c->length);
        write_all(contents_file, &c->head, sizeof c->head);
        write_all(contents_file, c->at, c->length);
    }
}

static void sync_log(void)
{
    FILE *files[] = {viewers_file, payloads_file, at_ns_file, contents_file, losses_file};
    write_rows();
    write_contents();
    write_all(losses_file, losses.at, losses.length);
    release(&losses);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (fflush(files[i]))
            die("log");
}

static FILE *opened(const char *name)
{
    FILE *file = fopen(name, "wb");
    if (!file)
        die(name);
    return file;
}

static void open_log(const char *folder)
{
    if (chdir(folder))
        die(folder);
    viewers_file = opened("viewers");
    payloads_file = opened("payloads");
    at_ns_file = opened("at_ns");
    contents_file = opened("contents");
    losses_file = opened("losses");
}

static void keep_loss(uint32_t viewer, const char *why)
{
    char line[256];
    snprintf(line, sizeof line, "%u %lld %s\n", viewer, (long long)now_ns(CLOCK_MONOTONIC), why);
    append(&losses, line, strlen(line));
}

#endif
