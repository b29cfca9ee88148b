/* The audience: thousands of WebSocket viewers, every data frame of whom is kept.
 *
 * audience FOLDER
 *
 * Takes orders as lines on stdin, six fields each, BODY_BYTES of anything after the line:
 *
 *     ID connect FIRST COUNT AT_ONCE BODY_BYTES   the body holds COUNT knocks, see struct knock
 *     ID drop    FIRST COUNT 0 0                  reset them, without a close frame
 *     ID pause   FIRST COUNT 0 0                  take nothing off their sockets
 *     ID resume  FIRST COUNT 0 0
 *     ID sync    0 0 0 0                          bring the files of FOLDER up to date (log.h)
 *
 * Each is answered by "done ID" or "failed ID WHY"; answers may overtake each other. In between,
 * every 250 ms, it says how it is doing:
 *
 *     progress AT_NS FRAMES CPU_NS WAITED_NS
 *
 * WAITED_NS is time in which it could have run and had no core. "start" instead of "progress" says
 * that what it did since the last such line was not receiving. It ends when stdin does, at once,
 * and the kernel resets all its sockets: it never outlives who started it, and leaves no port in
 * TIME_WAIT for the next run to trip over.
 *
 * Frames are taken as they come: a fragment is a frame, and its first byte says so. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include "viewer.h"

enum { ROUND_EVENTS = 512, VIEWERS_OF_AN_ADDRESS = 4000 };
static const int64_t PROGRESS_NS = 250 * 1000 * 1000, PATIENCE_NS = 60 * 1000000000LL;
static const uint32_t ORDERS = UINT32_MAX; /* stdin's place among the viewers of epoll */

/* What a body holds for each viewer, `request_bytes` and `greeting_bytes` of bytes after it. */
struct knock {
    struct in_addr host;
    uint32_t port, request_bytes, greeting_bytes;
};

struct order {
    uint32_t id, first, count, at_once;
    size_t body_bytes;
    char verb[16];
};

static struct party *parties;

/* --- coming in -------------------------------------------------------------------------------- */

/* To one place the kernel finds free ports slowly once half of them are taken, so on this machine
 * viewers share out the addresses that it has for itself. */
static void set_source(const struct viewer *v, const struct sockaddr_in *to)
{
    int on = 1;
    struct sockaddr_in from = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(
                                   INADDR_LOOPBACK + number_of(v) / VIEWERS_OF_AN_ADDRESS)};
    if (ntohl(to->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
        return;
    setsockopt(v->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(v->fd, (const struct sockaddr *)&from, sizeof from))
        die("bind");
}

static void plug(struct viewer *v, const struct knock *knock)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)knock->port),
                             .sin_addr = knock->host};
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int on = 1;
    /* The protocol is named: some network stacks skip TCP_NODELAY where it is left open. */
    v->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (v->fd < 0) {
        lose(v, AWAY, strerror(errno));
        return;
    }
    setsockopt(v->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(v->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    set_source(v, &to);
    if (connect(v->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS)
        lose(v, AWAY, strerror(errno));
    else
        flush(v);
}

static void knock_at(struct party *p)
{
    struct viewer *v = &seats[p->next++];
    struct knock knock;
    memcpy(&knock, p->knocks, sizeof knock);
    const unsigned char *request = p->knocks + sizeof knock;
    p->knocks = request + knock.request_bytes + knock.greeting_bytes;
    if (v->stage == LEAVING)
        hang_up(v);
    if (v->stage != AWAY) {
        snprintf(p->why, sizeof p->why, "viewer %u is here already", number_of(v));
        return;
    }
    release(&v->in);
    *v = (struct viewer){.stage = KNOCKING,
                         .party = p,
                         .greeting = request + knock.request_bytes,
                         .greeting_bytes = knock.greeting_bytes,
                         .since_ns = now_ns(CLOCK_MONOTONIC)};
    p->coming++;
    append(&v->out, request, knock.request_bytes);
    plug(v, &knock);
}

static void answer(uint32_t id, const char *why)
{
    if (*why)
        printf("failed %u %s\n", id, why);
    else
        printf("done %u\n", id);
    fflush(stdout);
}

static void end_party(struct party *p)
{
    struct party **link = &parties;
    for (uint32_t n = p->first; n < p->next && p->coming; n++)
        if (seats[n].party == p)
            lose(&seats[n], AWAY, p->why);
    while (*link != p)
        link = &(*link)->other;
    *link = p->other;
    answer(p->id, p->why);
    free(p->body);
    free(p);
}

/* Let in as many as may come at once; answer when all are in, or one cannot be. */
static void admit(struct party *p)
{
    while (!*p->why && p->next < p->end && p->coming < p->at_once)
        knock_at(p);
    if (*p->why || (!p->coming && p->next == p->end))
        end_party(p);
}

static void lose_patience(void)
{
    int64_t before_ns = now_ns(CLOCK_MONOTONIC) - PATIENCE_NS;
    for (struct party *p = parties, *other; p; p = other) {
        other = p->other;
        for (uint32_t n = p->first; n < p->next && p->coming; n++)
            if (seats[n].party == p && seats[n].since_ns < before_ns)
                lose(&seats[n], AWAY, "was not in within 60 s");
        admit(p);
    }
}

static void serve(struct viewer *v, uint32_t events)
{
    struct party *party = v->party;
    /* What one event of a round did may have made a later one of the same round stale. */
    if (v->watched && events & EPOLLOUT)
        flush(v);
    if (v->watched && events & ~(uint32_t)EPOLLOUT)
        receive(v);
    if (party)
        admit(party);
}

/* --- orders ----------------------------------------------------------------------------------- */

static void tell(const char *word)
{
    unsigned long long waited_ns = 0;
    FILE *file = fopen("/proc/self/schedstat", "r");
    if (file) {
        if (fscanf(file, "%*u %llu", &waited_ns) != 1)
            waited_ns = 0;
        fclose(file);
    }
    printf("%s %lld %llu %lld %llu\n", word, (long long)now_ns(CLOCK_MONOTONIC),
           (unsigned long long)frames_count, (long long)now_ns(CLOCK_PROCESS_CPUTIME_ID),
           waited_ns);
    fflush(stdout);
}

static void bring_in(const struct order *o, const unsigned char *body)
{
    struct party *p = given(calloc(1, sizeof *p));
    p->body = given(malloc(o->body_bytes + 1));
    memcpy(p->body, body, o->body_bytes);
    p->knocks = p->body;
    p->id = o->id;
    p->first = p->next = o->first;
    p->end = o->first + o->count;
    p->at_once = o->at_once;
    p->other = parties;
    parties = p;
    admit(p);
}

static void drop(struct viewer *v)
{
    struct party *party = v->party;
    if (party)
        lose(v, AWAY, "dropped before it was in");
    else if (v->stage != AWAY)
        hang_up(v);
    if (party)
        admit(party);
}

static void set_paused(struct viewer *v, bool paused)
{
    if (v->stage == AWAY)
        return;
    v->paused = paused;
    watch(v);
}

static void obey(const struct order *o, const unsigned char *body)
{
    if (o->first > VIEWERS_MAX || o->count > VIEWERS_MAX - o->first) {
        answer(o->id, "there are viewers 0 to 65535");
        return;
    }
    if (!strcmp(o->verb, "connect")) {
        bring_in(o, body);
        return;
    }
    for (uint32_t n = o->first; n < o->first + o->count; n++) {
        if (!strcmp(o->verb, "drop"))
            drop(&seats[n]);
        else
            set_paused(&seats[n], !strcmp(o->verb, "pause"));
    }
    if (!strcmp(o->verb, "sync")) {
        tell("progress");
        sync_log();
        tell("start");
    }
    answer(o->id, "");
}

/* The length of the order at the head of these bytes, 0 while it is not whole. */
static size_t next_order(const struct bytes *b)
{
    char line[128] = "";
    struct order o;
    const unsigned char *end = b->length ? memchr(b->at, '\n', b->length) : NULL;
    if (!end)
        return 0;
    size_t line_bytes = (size_t)(end - b->at) + 1;
    memcpy(line, b->at, line_bytes < sizeof line ? line_bytes : sizeof line - 1);
    if (sscanf(line, "%u %15s %u %u %u %zu", &o.id, o.verb, &o.first, &o.count, &o.at_once,
               &o.body_bytes) != 6)
        exit(2);
    if (b->length - line_bytes < o.body_bytes)
        return 0;
    obey(&o, end + 1);
    return line_bytes + o.body_bytes;
}

static void hear_orders(void)
{
    static struct bytes heard;
    size_t used;
    ssize_t got = read(STDIN_FILENO, wire, sizeof wire);
    if (got <= 0)
        _exit(0);
    append(&heard, wire, (size_t)got);
    while ((used = next_order(&heard)))
        cut(&heard, used);
}

/* --- all of it -------------------------------------------------------------------------------- */

static void begin(const char *folder)
{
    struct rlimit files;
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = ORDERS};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    open_log(folder);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &event))
        die("epoll");
    tell("start");
}

static void attend(int within_ms)
{
    struct epoll_event events[ROUND_EVENTS];
    int ready = epoll_wait(poller, events, ROUND_EVENTS, within_ms);
    if (ready < 0 && errno != EINTR)
        die("epoll_wait");
    for (int i = 0; i < ready; i++) {
        if (events[i].data.u32 == ORDERS)
            hear_orders();
        else
            serve(&seats[events[i].data.u32], events[i].events);
    }
}

int main(int count, char **words)
{
    if (count != 2)
        return 2;
    begin(words[1]);
    for (;;) {
        int64_t left_ns, due_ns = now_ns(CLOCK_MONOTONIC) + PROGRESS_NS;
        while ((left_ns = due_ns - now_ns(CLOCK_MONOTONIC)) > 0)
            attend((int)(left_ns / 1000000) + 1);
        tell("progress");
        lose_patience();
    }
}
