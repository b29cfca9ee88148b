/* The plain write loop: what fan-out costs when nothing else is done.
 *
 * plain_loop VIEWERS FRAME_BYTES FRAMES_PER_S SECONDS
 *
 * Listens on a free port of 127.0.0.1 and prints it, takes VIEWERS connections, answers each one's
 * upgrade, then writes one WebSocket frame to each of them FRAMES_PER_S times a second. In the end
 * it prints the frames written, the frames that did not fit a socket, and the processor time of
 * the writing, in nanoseconds. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char UPGRADED[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static long long now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int listening(void)
{
    /* The protocol is named: some network stacks skip TCP_NODELAY where it is left open. */
    int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 4096))
        die("listen");
    getsockname(fd, (struct sockaddr *)&at, &length);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

static int viewer(int listener)
{
    char request[4096];
    size_t got = 0;
    int on = 1, fd = accept(listener, NULL, NULL);
    if (fd < 0)
        die("accept");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (!memmem(request, got, "\r\n\r\n", 4)) {
        ssize_t n = recv(fd, request + got, sizeof request - got, 0);
        if (n <= 0)
            die("recv");
        got += (size_t)n;
    }
    if (send(fd, UPGRADED, sizeof UPGRADED - 1, MSG_NOSIGNAL) < 0)
        die("send");
    return fd;
}

static char *frame_of(size_t payload, size_t *length)
{
    size_t head = payload < 126 ? 2 : 4;
    char *frame = malloc(head + payload);
    if (!frame)
        die("malloc");
    memset(frame, 'x', head + payload);
    frame[0] = (char)0x81;
    if (payload < 126) {
        frame[1] = (char)payload;
    } else {
        frame[1] = 126;
        frame[2] = (char)(payload >> 8);
        frame[3] = (char)payload;
    }
    *length = head + payload;
    return frame;
}

static void sleep_until(long long at_ns)
{
    struct timespec t = {.tv_sec = at_ns / 1000000000LL, .tv_nsec = at_ns % 1000000000LL};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

int main(int count, char **words)
{
    if (count != 5)
        return 2;
    int viewers = atoi(words[1]);
    double per_s = atof(words[3]);
    long rounds = (long)(per_s * atof(words[4])), written = 0, refused = 0;
    size_t length;
    char *frame = frame_of((size_t)atoi(words[2]), &length);
    int *fds = calloc((size_t)viewers, sizeof *fds), listener = listening();
    if (!fds)
        die("calloc");
    for (int i = 0; i < viewers; i++)
        fds[i] = viewer(listener);

    long long began = now_ns(CLOCK_MONOTONIC), cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    for (long round = 0; round < rounds; round++) {
        sleep_until(began + (long long)((double)round * 1e9 / per_s));
        for (int i = 0; i < viewers; i++) {
            if (send(fds[i], frame, length, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)length)
                written++;
            else
                refused++;
        }
    }
    printf("%ld %ld %lld\n", written, refused, now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    return 0;
}
