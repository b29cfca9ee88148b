/* One viewer: a socket, the upgrade, and the frames that it gets.
 *
 * Nothing here waits, and nothing calls the party back that brings a viewer in: it is marked, and
 * who called looks after it. */

#ifndef BENCH_VIEWER_H
#define BENCH_VIEWER_H

#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "log.h"

enum {
    VIEWERS_MAX = 65536,
    WIRE_BYTES = 256 * 1024,
    UPGRADE_BYTES_MAX = 16 * 1024,
    FRAME_BYTES_MAX = 64 * 1024 * 1024,
    CONTROL_BYTES_MAX = 125,
    WHY_BYTES = 160,
};

enum { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

/* The viewers of one order to connect. */
struct party {
    uint32_t id, first, next, end, at_once, coming;
    const unsigned char *knocks; /* of `next` and those after it */
    unsigned char *body;
    char why[WHY_BYTES]; /* it failed; empty: not yet */
    struct party *other;
};

/* LEAVING: the server has said goodbye, and is to close first, as the protocol wants it. */
enum stage { AWAY, KNOCKING, GREETING, SEATED, LEAVING };

struct viewer {
    enum stage stage;
    int fd;
    bool paused;
    uint32_t watched;      /* what epoll looks for; 0: it does not */
    struct party *party;   /* until it is in */
    struct bytes in, out;  /* begun, but not all come; to be sent, but not taken yet */
    const unsigned char *greeting;
    size_t greeting_bytes;
    int64_t since_ns;
};

static struct viewer seats[VIEWERS_MAX];
static int poller;
static unsigned char wire[WIRE_BYTES];

static uint32_t number_of(const struct viewer *v)
{
    return (uint32_t)(v - seats);
}

static void watch(struct viewer *v)
{
    /* Who is paused is not watched at all: epoll reports hang-ups unasked, over and over. */
    uint32_t wanted = v->paused ? 0 : EPOLLIN | (v->out.length ? EPOLLOUT : 0);
    struct epoll_event event = {.events = wanted, .data.u32 = number_of(v)};
    if (wanted == v->watched)
        return;
    if (epoll_ctl(poller, !wanted ? EPOLL_CTL_DEL : v->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD,
                  v->fd, &event))
        die("epoll_ctl");
    v->watched = wanted;
}

static void hang_up(struct viewer *v)
{
    close(v->fd);
    release(&v->out);
    v->stage = AWAY;
    v->watched = 0;
}

/* It ends, and not because we wanted it: before it is in its party fails, later it is a loss. */
static void lose(struct viewer *v, enum stage then, const char *why)
{
    if (v->party) {
        struct party *p = v->party;
        if (!*p->why)
            snprintf(p->why, sizeof p->why, "viewer %u: %s", number_of(v), why);
        p->coming--;
        v->party = NULL;
    } else if (v->stage != LEAVING) {
        keep_loss(number_of(v), why);
    }
    if (then == AWAY)
        hang_up(v);
    else
        v->stage = then;
}

static void flush(struct viewer *v)
{
    while (v->out.length) {
        ssize_t sent = send(v->fd, v->out.at, v->out.length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            lose(v, AWAY, strerror(errno));
            return;
        }
        if (sent < 0)
            break;
        cut(&v->out, (size_t)sent);
    }
    watch(v);
}

/* Masked, as a client must, by a key of zeros, which changes nothing. */
static void send_control(struct viewer *v, int opcode, const unsigned char *payload, size_t length)
{
    unsigned char head[6] = {(unsigned char)(0x80 | opcode), (unsigned char)(0x80 | length)};
    append(&v->out, head, sizeof head);
    append(&v->out, payload, length);
    flush(v);
}

static void seat(struct viewer *v)
{
    v->stage = SEATED;
    v->party->coming--;
    v->party = NULL;
}

/* The length of the server's answer, 0 while it is not whole. */
static size_t upgrade(struct viewer *v, const unsigned char *at, size_t length)
{
    const unsigned char *end = memmem(at, length, "\r\n\r\n", 4);
    if (end && length >= 12 && !memcmp(at, "HTTP/1.", 7) && !memcmp(at + 8, " 101", 4)) {
        v->stage = GREETING;
        if (v->greeting_bytes)
            append(&v->out, v->greeting, v->greeting_bytes);
        else
            seat(v);
        flush(v);
        return (size_t)(end - at) + 4;
    }
    if (end || length > UPGRADE_BYTES_MAX) {
        char why[64] = "";
        memcpy(why, at, length < sizeof why ? length : sizeof why - 1);
        why[strcspn(why, "\r\n")] = 0;
        lose(v, AWAY, why);
    }
    return 0;
}

static void leave(struct viewer *v, const unsigned char *payload, size_t length)
{
    char why[32] = "closed without a code";
    if (length >= 2)
        snprintf(why, sizeof why, "closed with %d", payload[0] << 8 | payload[1]);
    lose(v, LEAVING, why);
    send_control(v, CLOSE, payload, length);
}

static void take_frame(struct viewer *v, const unsigned char *frame, size_t start, size_t length,
                       int64_t at_ns)
{
    int opcode = frame[0] & 0x0f;
    if (opcode <= BINARY) {
        keep(number_of(v), content_of(frame[0], frame + start, length), at_ns);
        if (v->stage == GREETING)
            seat(v);
    } else if (opcode < CLOSE || opcode > PONG || length > CONTROL_BYTES_MAX) {
        lose(v, AWAY, "a frame that is none");
    } else if (opcode == PING) {
        send_control(v, PONG, frame + start, length);
    } else if (opcode == CLOSE) {
        leave(v, frame + start, length);
    }
}

/* The length of the frame that begins here, 0 while it is not whole. */
static size_t next_frame(struct viewer *v, const unsigned char *at, size_t length, int64_t at_ns)
{
    if (length < 2)
        return 0;
    uint64_t payload = at[1];
    size_t start = payload < 126 ? 2 : payload == 126 ? 4 : 10;
    if (length < start)
        return 0;
    if (start > 2) {
        payload = 0;
        for (size_t i = 2; i < start; i++)
            payload = payload << 8 | at[i];
    }
    if (at[1] & 0x80 || payload > FRAME_BYTES_MAX) {
        lose(v, AWAY, at[1] & 0x80 ? "a masked frame" : "a frame of more than 64 MiB");
        return 0;
    }
    if (length - start < payload)
        return 0;
    take_frame(v, at, start, payload, at_ns);
    return start + payload;
}

static size_t take(struct viewer *v, const unsigned char *at, size_t length, int64_t at_ns)
{
    size_t used = v->stage == KNOCKING ? upgrade(v, at, length) : 0, size = 1;
    while (size && (v->stage == GREETING || v->stage == SEATED)) {
        size = next_frame(v, at + used, length - used, at_ns);
        used += size;
    }
    return v->stage == AWAY || v->stage == LEAVING ? length : used;
}

static void receive(struct viewer *v)
{
    ssize_t got = recv(v->fd, wire, sizeof wire, 0);
    /* The clock is read for each socket: in one round of a thousand it goes on by milliseconds. */
    int64_t at_ns = now_ns(CLOCK_MONOTONIC);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        lose(v, AWAY, got ? strerror(errno) : "ended without a close frame");
        return;
    }
    if (v->in.length) {
        append(&v->in, wire, (size_t)got);
        cut(&v->in, take(v, v->in.at, v->in.length, at_ns));
    } else {
        size_t used = take(v, wire, (size_t)got, at_ns);
        if (used < (size_t)got)
            append(&v->in, wire + used, (size_t)got - used);
    }
}

#endif
