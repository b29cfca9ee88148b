/* A disk that remembers and fails: preloaded into a process, it stands before the C library's calls
 * upon one SQLite database and its log, and touches no other file.
 *
 *   DISK_DATABASE  path of the database
 *   DISK_LOG       every write, truncation and sync is appended here; see `Op` in disk.py
 *   DISK_ORDERS    what shall go wrong: `WORD NUMBER...` a line, read again whenever it changes
 *
 *   sync_takes US          every sync takes so many microseconds longer
 *   syncs_fail ERRNO ODDS  one sync in ODDS fails, and what it should have kept is left to chance
 *   writes_fail ERRNO ODDS one write in ODDS fails
 *   writes_short ODDS      one write in ODDS writes half
 *   fail_at N ERRNO        the Nth write or sync from here on fails, once
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS 65536

static char kind[DESCRIPTORS]; /* 'D': the database, 'L': its log, 0: none of ours */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *database, *orders;
static int log_fd = -1;
static unsigned seed = 1;
static struct {
    int sync_us, sync_errno, sync_odds, write_errno, write_odds, short_odds, at, at_errno;
} order;

struct record {
    int64_t at_ns, offset;
    uint32_t size;
    char op, file;
} __attribute__((packed));

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("DISK_LOG");
    database = getenv("DISK_DATABASE");
    orders = getenv("DISK_ORDERS");
    if (log) log_fd = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
}

static char kind_of(const char *path) {
    size_t size = database ? strlen(database) : 0;
    if (!size || strncmp(path, database, size)) return 0;
    if (!path[size]) return 'D';
    return strcmp(path + size, "-wal") ? 0 : 'L';
}

static char ours(int fd) { return fd >= 0 && fd < DESCRIPTORS ? kind[fd] : 0; }

static void obey(void) {
    static struct timespec last;
    struct stat now;
    char line[128], word[32];
    int a, b;
    if (!orders || stat(orders, &now)) return;
    if (now.st_mtim.tv_sec == last.tv_sec && now.st_mtim.tv_nsec == last.tv_nsec) return;
    FILE *file = fopen(orders, "re");
    if (!file) return;
    last = now.st_mtim;
    memset(&order, 0, sizeof order);
    while (fgets(line, sizeof line, file)) {
        a = b = 0;
        if (sscanf(line, "%31s %d %d", word, &a, &b) < 2) continue;
        if (!strcmp(word, "sync_takes")) order.sync_us = a;
        if (!strcmp(word, "syncs_fail")) order.sync_errno = a, order.sync_odds = b;
        if (!strcmp(word, "writes_fail")) order.write_errno = a, order.write_odds = b;
        if (!strcmp(word, "writes_short")) order.short_odds = a;
        if (!strcmp(word, "fail_at")) order.at = a, order.at_errno = b;
    }
    fclose(file);
}

static int drawn(int odds) { return odds > 0 && rand_r(&seed) % odds == 0; }

/* The error that is due at this call; 0: none. */
static int due(int error, int odds) {
    if (order.at > 0 && --order.at == 0) return order.at_errno;
    return drawn(odds) ? error : 0;
}

static void note(char op, char file, int64_t offset, const void *bytes, size_t size) {
    struct timespec now;
    if (log_fd < 0) return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct record head = {now.tv_sec * 1000000000ll + now.tv_nsec, offset, size, op, file};
    size_t total = sizeof head + (bytes ? size : 0);
    char *whole = malloc(total);
    memcpy(whole, &head, sizeof head);
    if (bytes) memcpy(whole + sizeof head, bytes, size);
    if (REAL(write)(log_fd, whole, total) != (ssize_t)total) abort();
    free(whole);
}

static int opened(int fd, const char *path) {
    if (fd >= 0 && fd < DESCRIPTORS) kind[fd] = kind_of(path);
    return fd;
}

#define OPEN(name)                                               \
    int name(const char *path, int flags, ...) {                 \
        mode_t mode = 0;                                         \
        if (flags & (O_CREAT | O_TMPFILE)) {                     \
            va_list more;                                        \
            va_start(more, flags);                               \
            mode = va_arg(more, mode_t);                         \
            va_end(more);                                        \
        }                                                        \
        return opened(REAL(name)(path, flags, mode), path);      \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    if (ours(fd)) kind[fd] = 0;
    return REAL(close)(fd);
}

static ssize_t written(int fd, const void *bytes, size_t size, off64_t offset) {
    pthread_mutex_lock(&lock);
    obey();
    ssize_t done = -1;
    int error = due(order.write_errno, order.write_odds);
    if (!error) {
        if (size > 1 && drawn(order.short_odds)) size /= 2;
        done = REAL(pwrite64)(fd, bytes, size, offset);
        error = errno;
        if (done > 0) note('W', kind[fd], offset, bytes, done);
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
    return ours(fd) ? written(fd, bytes, size, offset) : REAL(pwrite64)(fd, bytes, size, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
    return ours(fd) ? written(fd, bytes, size, offset) : REAL(pwrite)(fd, bytes, size, offset);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    if (!ours(fd)) return REAL(write)(fd, bytes, size);
    ssize_t done = written(fd, bytes, size, lseek64(fd, 0, SEEK_CUR));
    if (done > 0) lseek64(fd, done, SEEK_CUR);
    return done;
}

#define TRUNCATE(name, type)                                     \
    int name(int fd, type size) {                                \
        if (!ours(fd)) return REAL(name)(fd, size);              \
        pthread_mutex_lock(&lock);                               \
        int done = REAL(name)(fd, size);                         \
        if (!done) note('T', kind[fd], size, NULL, 0);           \
        pthread_mutex_unlock(&lock);                             \
        return done;                                             \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                               \
    int name(int fd) {                                           \
        if (!ours(fd)) return REAL(name)(fd);                    \
        pthread_mutex_lock(&lock);                               \
        obey();                                                  \
        int error = due(order.sync_errno, order.sync_odds), us = order.sync_us; \
        if (!error) note('B', kind[fd], 0, NULL, 0);             \
        pthread_mutex_unlock(&lock);                             \
        if (us) usleep(us);                                      \
        if (error) {                                             \
            errno = error;                                       \
            return -1;                                           \
        }                                                        \
        int done = REAL(name)(fd);                               \
        pthread_mutex_lock(&lock);                               \
        if (!done) note('S', kind[fd], 0, NULL, 0);              \
        pthread_mutex_unlock(&lock);                             \
        return done;                                             \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    int done = REAL(unlink)(path);
    char file = kind_of(path);
    if (!done && file) {
        pthread_mutex_lock(&lock);
        note('U', file, 0, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
    return done;
}
