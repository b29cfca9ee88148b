/* The plain write loop as a server: what fan-out costs when nothing else is done.
 *
 * plain_server PORT single|batch
 * plain_server PORT gather MS
 *
 * Whoever asks for /pub speaks, everybody else watches. What a speaker says in a frame goes to all
 * who watch: `single` writes each message at once, one write a watcher; `batch` joins the messages
 * of one turn of the loop in one frame; `gather` joins those of MS milliseconds, and a loop that was
 * quiet for so long sends at once. Nothing is kept, looked at, or refused, and nothing is lost: what
 * a socket does not take waits for it. The proof of the key is not given; the viewers of a bench do
 * not ask for it. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_MAX = 512, READ_BYTES_MAX = 1 << 16, REQUEST_BYTES_MAX = 4096 };
enum role { KNOCKING, WATCHING, SPEAKING };
enum mode { SINGLE, BATCH, GATHER };

struct bytes {
    char *at;
    size_t length, room;
};

struct client {
    int fd;
    enum role role;
    size_t place;         /* among those who watch */
    struct bytes in, out; /* what is not whole yet; what the socket did not take */
};

static const char UPGRADED[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

static enum mode mode;
static long long gather_ns, flushed_ns;
static int poller, timer, timer_armed;
static struct client **watchers;
static size_t watchers_count, watchers_room;
static struct bytes pending;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static long long now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void append(struct bytes *to, const char *from, size_t length)
{
    if (to->length + length > to->room) {
        to->room = (to->length + length) * 2;
        if (!(to->at = realloc(to->at, to->room)))
            die("realloc");
    }
    memcpy(to->at + to->length, from, length);
    to->length += length;
}

static void drop_front(struct bytes *from, size_t length)
{
    from->length -= length;
    if (from->length) {
        memmove(from->at, from->at + length, from->length);
    } else {
        free(from->at);
        *from = (struct bytes){0};
    }
}

static void listen_for(struct client *client, int operation)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (client->out.length)
        event.events |= EPOLLOUT;
    if (epoll_ctl(poller, operation, client->fd, &event))
        die("epoll_ctl");
}

static void write_to(struct client *client, const char *data, size_t length)
{
    ssize_t taken = 0;
    if (!client->out.length) {
        taken = send(client->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (taken == (ssize_t)length)
            return;
        if (taken < 0)
            taken = 0; /* a dead socket is met when it is read */
    }
    int waited = client->out.length > 0;
    append(&client->out, data + taken, length - (size_t)taken);
    if (!waited)
        listen_for(client, EPOLL_CTL_MOD);
}

static void write_rest(struct client *client)
{
    ssize_t taken =
        send(client->fd, client->out.at, client->out.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (taken > 0)
        drop_front(&client->out, (size_t)taken);
    if (!client->out.length)
        listen_for(client, EPOLL_CTL_MOD);
}

static size_t frame_head(char *head, size_t payload)
{
    head[0] = (char)0x81;
    if (payload < 126) {
        head[1] = (char)payload;
        return 2;
    }
    int width = payload < 65536 ? 2 : 8;
    head[1] = width == 2 ? 126 : 127;
    for (int i = 0; i < width; i++)
        head[2 + i] = (char)((uint64_t)payload >> 8 * (width - 1 - i));
    return 2 + (size_t)width;
}

static void flush_pending(void)
{
    struct bytes frame = {0};
    char head[10];
    append(&frame, head, frame_head(head, pending.length));
    append(&frame, pending.at, pending.length);
    pending.length = 0;
    for (size_t i = 0; i < watchers_count; i++)
        write_to(watchers[i], frame.at, frame.length);
    free(frame.at);
    flushed_ns = now_ns();
}

static void arm_timer(long long at_ns)
{
    struct itimerspec when = {
        .it_value = {.tv_sec = at_ns / 1000000000LL, .tv_nsec = at_ns % 1000000000LL}};
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL))
        die("timerfd_settime");
    timer_armed = 1;
}

static void publish(const char *payload, size_t length)
{
    append(&pending, payload, length);
    if (mode == SINGLE || (mode == GATHER && now_ns() >= flushed_ns + gather_ns))
        flush_pending();
    else if (mode == GATHER && !timer_armed)
        arm_timer(flushed_ns + gather_ns);
}

/* One masked frame at the front of what a speaker sent; 0: it is not whole yet. */
static size_t take_frame(char *data, size_t length)
{
    if (length < 6)
        return 0;
    size_t payload = data[1] & 0x7f, head = 2;
    if (payload >= 126) {
        int width = payload == 126 ? 2 : 8;
        head += (size_t)width;
        if (length < head)
            return 0;
        payload = 0;
        for (int i = 0; i < width; i++)
            payload = payload << 8 | (unsigned char)data[2 + i];
    }
    if (length < head + 4 + payload)
        return 0;
    const char *key = data + head;
    char *body = data + head + 4;
    for (size_t i = 0; i < payload; i++)
        body[i] ^= key[i % 4];
    if ((data[0] & 0x0f) <= 2)
        publish(body, payload);
    return head + 4 + payload;
}

static void hear(struct client *client)
{
    size_t used, at = 0;
    while ((used = take_frame(client->in.at + at, client->in.length - at)))
        at += used;
    if (at)
        drop_front(&client->in, at);
}

static void watch(struct client *client)
{
    if (watchers_count == watchers_room) {
        watchers_room = watchers_room ? watchers_room * 2 : 1024;
        if (!(watchers = realloc(watchers, watchers_room * sizeof *watchers)))
            die("realloc");
    }
    client->place = watchers_count;
    watchers[watchers_count++] = client;
}

static void upgrade(struct client *client)
{
    char *end = memmem(client->in.at, client->in.length, "\r\n\r\n", 4);
    if (!end)
        return;
    int speaks = client->in.length > 9 && !memcmp(client->in.at, "GET /pub ", 9);
    drop_front(&client->in, (size_t)(end + 4 - client->in.at));
    client->role = speaks ? SPEAKING : WATCHING;
    write_to(client, UPGRADED, sizeof UPGRADED - 1);
    if (!speaks)
        watch(client);
}

static void leave(struct client *client)
{
    if (client->role == WATCHING) {
        watchers[client->place] = watchers[--watchers_count];
        watchers[client->place]->place = client->place;
    }
    close(client->fd);
    free(client->in.at);
    free(client->out.at);
    free(client);
}

/* 0: the client has left. */
static int read_from(struct client *client)
{
    static char data[READ_BYTES_MAX];
    ssize_t got = recv(client->fd, data, sizeof data, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 1;
    if (got <= 0 || (client->role == KNOCKING && client->in.length > REQUEST_BYTES_MAX)) {
        leave(client);
        return 0;
    }
    if (client->role == WATCHING)
        return 1;
    append(&client->in, data, (size_t)got);
    if (client->role == KNOCKING)
        upgrade(client);
    if (client->role == SPEAKING)
        hear(client);
    return 1;
}

static void welcome(int listener)
{
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct client *client = calloc(1, sizeof *client);
        if (!client)
            die("calloc");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        client->fd = fd;
        listen_for(client, EPOLL_CTL_ADD);
    }
}

static int listening(int port)
{
    /* The protocol is named: some network stacks skip TCP_NODELAY where it is left open. */
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP);
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 4096))
        die("listen");
    return fd;
}

static void ring(void)
{
    uint64_t times;
    timer_armed = 0;
    if (read(timer, &times, sizeof times) == sizeof times && pending.length)
        flush_pending();
}

static void serve(int listener)
{
    struct epoll_event events[EVENTS_MAX];
    for (;;) {
        int count = epoll_wait(poller, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (events[i].data.ptr == &poller)
                welcome(listener);
            else if (events[i].data.ptr == &timer)
                ring();
            else if ((events[i].events & ~(uint32_t)EPOLLOUT) && !read_from(client))
                continue;
            else if (events[i].events & EPOLLOUT)
                write_rest(client);
        }
        if (mode == BATCH && pending.length)
            flush_pending();
    }
}

int main(int count, char **words)
{
    struct rlimit files;
    if (count < 3)
        return 2;
    mode = !strcmp(words[2], "gather") ? GATHER : !strcmp(words[2], "batch") ? BATCH : SINGLE;
    gather_ns = count > 3 ? atoll(words[3]) * 1000000LL : 0;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    int listener = listening(atoi(words[1]));
    poller = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event knock = {.events = EPOLLIN, .data.ptr = &poller};
    struct epoll_event alarm = {.events = EPOLLIN, .data.ptr = &timer};
    if (poller < 0 || timer < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, listener, &knock) ||
        epoll_ctl(poller, EPOLL_CTL_ADD, timer, &alarm))
        die("epoll");
    serve(listener);
}
