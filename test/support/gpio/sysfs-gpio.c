/*
 * /sys/class/gpio as a FUSE file system: enough of the kernel's Documentation/admin-guide/gpio/sysfs.rst that a program
 * which watches lines with poll(2) cannot tell it apart.
 *
 *     sysfs-gpio MOUNTPOINT LABEL:BASE:LINES...
 *
 * It prints "ready" once it is mounted, and "out N LEVEL" whenever an output moves. Commands on standard input:
 *
 *     pull N LEVEL    somebody outside moves an input
 *     busy N          a driver of the kernel has the line: exporting it is refused
 *     fixed N         its direction cannot be changed
 *     stuck N         the line stands as it does, whatever is written
 *     broken N        the line can be neither read nor written any more
 *
 * Each command is answered by "done"; the end of standard input ends the program. One thread serves files, one commands.
 */
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fuse.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_LINES = 1024, MAX_CHIPS = 8 };
enum edge { NONE = 0, RISING = 1, FALLING = 2, BOTH = 3 };
static const char *const edge_names[] = {"none", "rising", "falling", "both"};

struct line {
  int exists, exported, output, high, edge, active_low, busy, fixed, stuck, broken;
  unsigned moves; /* edges seen so far; an open file that has read fewer has POLLPRI */
};
struct chip {
  char label[64];
  int base, lines;
};
/* One open file of a line, with who waits for it. */
struct handle {
  struct handle *next;
  int number;
  unsigned seen;
  struct fuse_pollhandle *waiting;
};

static struct line lines[MAX_LINES];
static struct chip chips[MAX_CHIPS];
static int chip_count;
static struct handle *handles;
static pthread_mutex_t world = PTHREAD_MUTEX_INITIALIZER;

static int line_of(const char *path, const char **file) {
  int number = -1, used = 0;
  if (sscanf(path, "/gpio%d%n", &number, &used) != 1 || number < 0 || number >= MAX_LINES) return -1;
  *file = path + used;
  return lines[number].exported ? number : -1;
}

static const struct chip *chip_of(const char *path, const char **file) {
  int base = -1, used = 0;
  if (sscanf(path, "/gpiochip%d%n", &base, &used) != 1) return NULL;
  *file = path + used;
  for (int i = 0; i < chip_count; i++)
    if (chips[i].base == base) return &chips[i];
  return NULL;
}

static int is_one_of(const char *name, const char *const *names, int count) {
  for (int i = 0; i < count; i++)
    if (strcmp(name, names[i]) == 0) return 1;
  return 0;
}
static const char *const line_files[] = {"/value", "/direction", "/edge", "/active_low"};
static const char *const chip_files[] = {"/label", "/base", "/ngpio"};

static int get_attr(const char *path, struct stat *st, struct fuse_file_info *fi) {
  (void)fi;
  const char *file = "";
  int folder = strcmp(path, "/") == 0, plain = strcmp(path, "/export") == 0 || strcmp(path, "/unexport") == 0;
  pthread_mutex_lock(&world);
  if (chip_of(path, &file) != NULL) {
    folder = *file == '\0';
    plain = is_one_of(file, chip_files, 3);
  } else if (line_of(path, &file) >= 0) {
    folder = *file == '\0';
    plain = is_one_of(file, line_files, 4);
  }
  pthread_mutex_unlock(&world);
  memset(st, 0, sizeof *st);
  st->st_mode = folder ? S_IFDIR | 0755 : S_IFREG | 0644;
  st->st_nlink = 1;
  st->st_size = folder ? 0 : 4096;
  return folder || plain ? 0 : -ENOENT;
}

static int read_dir(const char *path, void *buf, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *fi,
                    enum fuse_readdir_flags flags) {
  (void)offset, (void)fi, (void)flags;
  if (strcmp(path, "/") != 0) return -ENOENT;
  char name[32];
  fill(buf, "export", NULL, 0, 0);
  fill(buf, "unexport", NULL, 0, 0);
  for (int i = 0; i < chip_count; i++) {
    snprintf(name, sizeof name, "gpiochip%d", chips[i].base);
    fill(buf, name, NULL, 0, 0);
  }
  pthread_mutex_lock(&world);
  for (int i = 0; i < MAX_LINES; i++) {
    snprintf(name, sizeof name, "gpio%d", i);
    if (lines[i].exported) fill(buf, name, NULL, 0, 0);
  }
  pthread_mutex_unlock(&world);
  return 0;
}

static int open_file(const char *path, struct fuse_file_info *fi) {
  const char *file = "";
  fi->direct_io = 1;
  pthread_mutex_lock(&world);
  int number = line_of(path, &file);
  if (number >= 0) {
    struct handle *handle = calloc(1, sizeof *handle);
    handle->number = number;
    handle->next = handles;
    handles = handle;
    fi->fh = (uint64_t)(uintptr_t)handle;
  }
  pthread_mutex_unlock(&world);
  return 0;
}

static int release_file(const char *path, struct fuse_file_info *fi) {
  (void)path;
  struct handle *gone = (struct handle *)(uintptr_t)fi->fh;
  if (gone == NULL) return 0;
  pthread_mutex_lock(&world);
  struct handle **link = &handles;
  while (*link != gone) link = &(*link)->next;
  *link = gone->next;
  pthread_mutex_unlock(&world);
  if (gone->waiting != NULL) fuse_pollhandle_destroy(gone->waiting);
  free(gone);
  return 0;
}

/* The text of a file into `text`; returns a negative errno where there is none. */
static int text_of(const char *path, struct handle *handle, char *text, size_t size) {
  const char *file = "";
  const struct chip *chip = chip_of(path, &file);
  if (chip != NULL) {
    if (strcmp(file, "/label") == 0) return snprintf(text, size, "%s\n", chip->label);
    return snprintf(text, size, "%d\n", strcmp(file, "/base") == 0 ? chip->base : chip->lines);
  }
  int number = line_of(path, &file);
  if (number < 0) return -ENODEV;
  struct line *line = &lines[number];
  if (strcmp(file, "/direction") == 0) return snprintf(text, size, "%s\n", line->output ? "out" : "in");
  if (strcmp(file, "/edge") == 0) return snprintf(text, size, "%s\n", edge_names[line->edge]);
  if (strcmp(file, "/active_low") == 0) return snprintf(text, size, "%d\n", line->active_low);
  if (line->broken) return -EIO;
  if (handle != NULL) handle->seen = line->moves;
  return snprintf(text, size, "%d\n", line->high != line->active_low);
}

static int read_file(const char *path, char *buf, size_t size, off_t offset, struct fuse_file_info *fi) {
  char text[80];
  pthread_mutex_lock(&world);
  int length = text_of(path, (struct handle *)(uintptr_t)fi->fh, text, sizeof text);
  pthread_mutex_unlock(&world);
  if (length < 0) return length;
  if (offset >= length) return 0;
  size_t count = (size_t)(length - offset) < size ? (size_t)(length - offset) : size;
  memcpy(buf, text + offset, count);
  return (int)count;
}

static void drive(int number, int high) {
  struct line *line = &lines[number];
  if (line->stuck || line->high == high) return;
  line->high = high;
  printf("out %d %d\n", number, high);
}

static int write_line(int number, const char *file, const char *text) {
  struct line *line = &lines[number];
  if (line->broken) return -EIO;
  if (strcmp(file, "/active_low") == 0) {
    line->active_low = atoi(text) != 0;
  } else if (strcmp(file, "/value") == 0) {
    if (!line->output) return -EPERM;
    drive(number, (atoi(text) != 0) != line->active_low);
  } else if (strcmp(file, "/direction") == 0) {
    if (line->fixed) return -EPERM;
    /* "high" and "low" speak of the voltage, whatever active_low says. */
    line->output = strcmp(text, "in") != 0;
    if (line->output) drive(number, strcmp(text, "high") == 0);
  } else {
    if (line->output) return -EIO;
    for (int i = 0; i < 4; i++)
      if (strcmp(text, edge_names[i]) == 0) line->edge = i;
  }
  return 0;
}

static int export_line(int number, int on) {
  if (number < 0 || number >= MAX_LINES || !lines[number].exists) return -EINVAL;
  if (lines[number].busy || (on && lines[number].exported)) return -EBUSY;
  if (!on && !lines[number].exported) return -EINVAL;
  lines[number].exported = on;
  lines[number].edge = NONE;
  return 0;
}

static int write_file(const char *path, const char *buf, size_t size, off_t offset, struct fuse_file_info *fi) {
  (void)offset, (void)fi;
  char text[32] = "";
  memcpy(text, buf, size < sizeof text ? size : sizeof text - 1);
  text[strcspn(text, "\n")] = '\0';
  const char *file = "";
  pthread_mutex_lock(&world);
  int number = line_of(path, &file);
  int result = strcmp(path, "/export") == 0     ? export_line(atoi(text), 1)
               : strcmp(path, "/unexport") == 0 ? export_line(atoi(text), 0)
               : number < 0                     ? -ENODEV
                                                : write_line(number, file, text);
  pthread_mutex_unlock(&world);
  return result < 0 ? result : (int)size;
}

static int poll_file(const char *path, struct fuse_file_info *fi, struct fuse_pollhandle *ph, unsigned *revents) {
  (void)path;
  struct handle *handle = (struct handle *)(uintptr_t)fi->fh;
  if (handle == NULL) return -EPERM;
  pthread_mutex_lock(&world);
  *revents = POLLIN | POLLOUT | (handle->seen == lines[handle->number].moves ? 0 : POLLPRI | POLLERR);
  if (ph != NULL) {
    if (handle->waiting != NULL) fuse_pollhandle_destroy(handle->waiting);
    handle->waiting = ph;
  }
  pthread_mutex_unlock(&world);
  return 0;
}

static int truncate_file(const char *path, off_t size, struct fuse_file_info *fi) {
  (void)path, (void)size, (void)fi;
  return 0;
}

static void wake(int number) {
  lines[number].moves++;
  for (struct handle *handle = handles; handle != NULL; handle = handle->next) {
    if (handle->number != number || handle->waiting == NULL) continue;
    fuse_notify_poll(handle->waiting);
    fuse_pollhandle_destroy(handle->waiting);
    handle->waiting = NULL;
  }
}

static void obey(const char *verb, int number, int level) {
  struct line *line = &lines[number];
  if (strcmp(verb, "busy") == 0) line->busy = 1;
  if (strcmp(verb, "fixed") == 0) line->fixed = 1;
  if (strcmp(verb, "stuck") == 0) line->stuck = 1;
  if (strcmp(verb, "broken") == 0) {
    line->broken = 1;
    wake(number);
  }
  if (strcmp(verb, "pull") != 0 || line->output || line->high == level) return;
  line->high = level;
  if (line->edge & (level != line->active_low ? RISING : FALLING)) wake(number);
}

static void *commands(void *fuse) {
  char text[64], verb[16];
  while (fgets(text, sizeof text, stdin) != NULL) {
    int number = 0, level = 0;
    if (sscanf(text, "%15s %d %d", verb, &number, &level) < 2 || number < 0 || number >= MAX_LINES) continue;
    pthread_mutex_lock(&world);
    obey(verb, number, level);
    printf("done\n");
    pthread_mutex_unlock(&world);
  }
  fuse_exit(fuse);
  exit(0);
}

static void *mounted(struct fuse_conn_info *conn, struct fuse_config *config) {
  (void)conn;
  config->attr_timeout = config->entry_timeout = config->negative_timeout = 0;
  static pthread_t thread;
  pthread_create(&thread, NULL, commands, fuse_get_context()->fuse);
  printf("ready\n");
  return NULL;
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 2; i < argc && chip_count < MAX_CHIPS; i++) {
    struct chip *chip = &chips[chip_count];
    if (sscanf(argv[i], "%63[^:]:%d:%d", chip->label, &chip->base, &chip->lines) != 3) return 64;
    if (chip->base < 0 || chip->lines < 0 || chip->base + chip->lines > MAX_LINES) return 64;
    for (int n = 0; n < chip->lines; n++) lines[chip->base + n].exists = 1;
    chip_count++;
  }
  static const struct fuse_operations operations = {.getattr = get_attr,
                                                    .readdir = read_dir,
                                                    .open = open_file,
                                                    .release = release_file,
                                                    .read = read_file,
                                                    .write = write_file,
                                                    .truncate = truncate_file,
                                                    .poll = poll_file,
                                                    .init = mounted};
  char *arguments[] = {argv[0], "-f", "-s", argv[1], NULL};
  return fuse_main(4, arguments, &operations, NULL);
}
