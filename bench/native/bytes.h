/* What every part stands on: time, and bytes that grow.
 *
 * The headers of this folder are the parts of one program each: functions and all, included once. */

#ifndef BENCH_BYTES_H
#define BENCH_BYTES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bytes {
    unsigned char *at;
    size_t length, room;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void *given(void *memory)
{
    if (!memory)
        die("memory");
    return memory;
}

static void append(struct bytes *b, const void *more, size_t length)
{
    if (b->length + length > b->room) {
        b->room = 2 * (b->length + length);
        b->at = given(realloc(b->at, b->room));
    }
    memcpy(b->at + b->length, more, length);
    b->length += length;
}

static void release(struct bytes *b)
{
    free(b->at);
    *b = (struct bytes){0};
}

/* Most viewers are in the middle of nothing most of the time, so what is empty costs no memory. */
static void cut(struct bytes *b, size_t used)
{
    b->length -= used;
    if (b->length)
        memmove(b->at, b->at + used, b->length);
    else
        release(b);
}

#endif
