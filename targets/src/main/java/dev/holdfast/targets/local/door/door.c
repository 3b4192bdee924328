/*
 * Loaded into an engine that may sleep. Where the engine binds the port of a door (a Unix socket named after the port in
 * /run/holdfast), it gets the listening socket of whoever keeps that door in place of its own, so that connections wait
 * in one queue whether the engine runs or not. Where nobody keeps the door, everything is as without this library.
 *
 * Built without headers, so that a compiler is all it takes. The layouts are those of 64-bit Linux.
 */
typedef unsigned long size;

struct part { void *base; size length; };
struct message { void *name; unsigned name_length; struct part *parts; size count; void *control; size control_length; int flags; };
struct rights { size length; int level; int type; int descriptor; int padding; };
struct unix_address { unsigned short family; char path[108]; };
struct poll_entry { int descriptor; short events; short found; };

extern void *dlsym(void *, const char *);
extern int socket(int, int, int), connect(int, const void *, unsigned), close(int), dup3(int, int, int);
extern int fcntl(int, int, ...), poll(struct poll_entry *, size, int), access(const char *, int);
extern int getsockname(int, void *, unsigned *), setsockopt(int, int, int, const void *, unsigned);
extern long sendmsg(int, struct message *, int), recvmsg(int, struct message *, int);
extern char *getenv(const char *);
extern int *__errno_location(void);

#define NEXT ((void *) -1L)
#define DOORS "/run/holdfast/"
#define CLOSE_ON_EXEC 02000000
#define NOT_BLOCKING 04000
#define TRY_AGAIN 11
#define NO_SIGNAL 0x4000

#define DOORS_OF_ONE 8
#ifdef __x86_64__
#define EVENT_LENGTH 12
#else
#define EVENT_LENGTH 16
#endif

/* listening sockets that came from a door, and what the engine wants to know of them as soon as it serves */
static int taken_here[DOORS_OF_ONE], taken_count;
static struct { int queue, descriptor; unsigned char event[16]; } wanted[DOORS_OF_ONE];
static int wanted_count;

/* set once by the engine's own word that it serves, where it was said that it gives one */
static int serves;

static int port_of(const void *address) {
    const unsigned char *bytes = address;
    unsigned short family = *(const unsigned short *) address;
    return family == 2 || family == 10 ? bytes[2] << 8 | bytes[3] : 0;
}

static char *written(char *end, const char *text) {
    while (*text) *end++ = *text++;
    return end;
}

static void path_of(int port, char *path) {
    char digits[6], *end = written(path, DOORS);
    int count = 0;
    do { digits[count++] = '0' + port % 10; port /= 10; } while (port);
    while (count) *end++ = digits[--count];
    *end = 0;
}

/* Says one letter with a descriptor (or none) at the door of that port; returns the answer, or 0 where there is none. */
static char said(int port, char word, int given, int *taken) {
    struct unix_address address;
    struct rights rights;
    struct part part;
    struct message message;
    struct { long seconds, micros; } patience = { 3, 0 };
    char answer = 0;
    int i, door = socket(1, 1 | CLOSE_ON_EXEC, 0);
    if (door < 0) return 0;
    for (i = 0; i < (int) sizeof message; i++) ((char *) &message)[i] = 0;
    setsockopt(door, 1, 20, &patience, sizeof patience);
    setsockopt(door, 1, 21, &patience, sizeof patience);
    address.family = 1;
    path_of(port, address.path);
    part.base = &word;
    part.length = 1;
    message.parts = &part;
    message.count = 1;
    if (given >= 0) {
        rights.length = 20;
        rights.level = 1;
        rights.type = 1;
        rights.descriptor = given;
        message.control = &rights;
        message.control_length = sizeof rights;
    }
    if (connect(door, &address, sizeof address) == 0 && sendmsg(door, &message, NO_SIGNAL) == 1) {
        part.base = &answer;
        message.control = &rights;
        message.control_length = sizeof rights;
        rights.length = 0;
        if (recvmsg(door, &message, 0x40000000) != 1) answer = 0;
        else if (taken && message.control_length >= 20 && rights.length == 20 && rights.type == 1) *taken = rights.descriptor;
    }
    close(door);
    return answer;
}

int bind(int own, const void *address, unsigned length) {
    int (*next)(int, const void *, unsigned) = dlsym(NEXT, "bind");
    int given = -1, port = port_of(address), kept = *__errno_location();
    char path[64];
    if (port) {
        path_of(port, path);
        if (access(path, 0) == 0 && said(port, 'b', -1, &given) == 'b' && given >= 0) {
            int flags = fcntl(own, 1) & 1 ? CLOSE_ON_EXEC : 0;
            int blocking = fcntl(own, 3);
            int done = dup3(given, own, flags);
            close(given);
            if (done >= 0) {
                fcntl(own, 4, blocking);
                if (taken_count < DOORS_OF_ONE) taken_here[taken_count++] = own;
                *__errno_location() = kept;
                return 0;
            }
        }
        *__errno_location() = kept;
    }
    return next(own, address, length);
}

/* Whether a connection is to be left in the queue for now. */
static int held(int listening) {
    char address[128];
    unsigned length = sizeof address;
    struct poll_entry nothing;
    int flags = fcntl(listening, 3);
    if (!(flags & NOT_BLOCKING)) {
        struct poll_entry entry;
        entry.descriptor = listening;
        entry.events = 1;
        if (poll(&entry, 1, -1) < 0) return 0;
    }
    if (!serves && getenv("HOLDFAST_SAYS_WHEN_IT_SERVES")) {
        /* an engine that does not use epoll; a signal, as of a child that has ended, ends this at once */
        if (getsockname(listening, address, &length) == 0 && port_of(address)) {
            poll(&nothing, 0, 10);
            return 1;
        }
    }
    if (access(DOORS "ask", 0) == 0 && getsockname(listening, address, &length) == 0 && port_of(address)
            && said(port_of(address), 'a', listening, 0) == 'h') {
        poll(&nothing, 0, 5);
        return 1;
    }
    return 0;
}

int accept(int listening, void *address, unsigned *length) {
    int (*next)(int, void *, unsigned *) = dlsym(NEXT, "accept");
    int kept = *__errno_location();
    if (held(listening)) {
        *__errno_location() = TRY_AGAIN;
        return -1;
    }
    *__errno_location() = kept;
    return next(listening, address, length);
}

int accept4(int listening, void *address, unsigned *length, int flags) {
    int (*next)(int, void *, unsigned *, int) = dlsym(NEXT, "accept4");
    int kept = *__errno_location();
    if (held(listening)) {
        *__errno_location() = TRY_AGAIN;
        return -1;
    }
    *__errno_location() = kept;
    return next(listening, address, length, flags);
}

/*
 * An engine that does not serve yet is not told of the connections that wait: it would turn them away ("the database
 * system is starting up") or answer that it is loading.
 */
int epoll_ctl(int queue, int change, int descriptor, void *event) {
    int (*next)(int, int, int, void *) = dlsym(NEXT, "epoll_ctl");
    unsigned char quiet[16];
    int i, j;
    if (!serves && event && change != 2 && getenv("HOLDFAST_SAYS_WHEN_IT_SERVES")) {
        for (i = 0; i < taken_count; i++) {
            if (taken_here[i] == descriptor) {
                for (j = 0; j < EVENT_LENGTH; j++) quiet[j] = ((unsigned char *) event)[j];
                for (j = 0; j < wanted_count && (wanted[j].queue != queue || wanted[j].descriptor != descriptor); j++) {}
                if (j < DOORS_OF_ONE) {
                    if (j == wanted_count) wanted_count++;
                    wanted[j].queue = queue;
                    wanted[j].descriptor = descriptor;
                    for (i = 0; i < EVENT_LENGTH; i++) wanted[j].event[i] = quiet[i];
                    for (i = 0; i < 4; i++) quiet[i] = 0;
                    return next(queue, change, descriptor, quiet);
                }
                break;
            }
        }
    }
    return next(queue, change, descriptor, event);
}

static void begin_to_serve(void) {
    int (*next)(int, int, int, void *) = dlsym(NEXT, "epoll_ctl");
    int i, kept = *__errno_location();
    serves = 1;
    for (i = 0; i < wanted_count; i++) next(wanted[i].queue, 3, wanted[i].descriptor, wanted[i].event);
    wanted_count = 0;
    *__errno_location() = kept;
}

/* PostgreSQL and Redis tell systemd when they serve; here they are overheard. */
int sd_notify(int unset, const char *state) {
    int (*next)(int, const char *) = dlsym(NEXT, "sd_notify");
    const char *at = state, *word = "READY=1";
    int i;
    for (; *at; at++) {
        for (i = 0; word[i] && at[i] == word[i]; i++) {}
        if (!word[i] && !serves) begin_to_serve();
    }
    return getenv("NOTIFY_SOCKET") && next ? next(unset, state) : 1;
}
