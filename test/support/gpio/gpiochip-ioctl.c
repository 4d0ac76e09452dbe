/*
 * The kernel's side of /dev/gpiochip0 and /dev/gpiochip1, as LD_PRELOAD: answers those requests of <linux/gpio.h> that
 * libgpiod 1 makes for single lines, so that the real library and the real tools run on machines without a chip. The lines
 * are in the file $GPIO_WORLD, shared with the test, as `struct line[2][32]`.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CHIPS = 2, LINES = 32, MAX_FDS = 1024 };
enum { HOGGED = 1, STUCK = 2, BROKEN = 4 };
struct line {
  uint8_t high, output, flags, padding;
  int32_t owner;
};
static const char *const labels[CHIPS] = {"pinctrl-test", "expander"};

static struct line (*world)[LINES];
/* The line that is behind a descriptor, from 1 on. */
static int line_of_fd[MAX_FDS];

__attribute__((constructor)) static void map_world(void) {
  const char *path = getenv("GPIO_WORLD");
  int fd = path == NULL ? -1 : open(path, O_RDWR);
  if (fd < 0) return;
  void *memory = mmap(NULL, sizeof(struct line[CHIPS][LINES]), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory != MAP_FAILED) world = memory;
  syscall(SYS_close, fd);
}

static int chip_of(int fd) {
  char link[32], path[32] = "";
  int chip = -1;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (readlink(link, path, sizeof path - 1) < 0 || sscanf(path, "/dev/gpiochip%d", &chip) != 1) return -1;
  return chip < CHIPS ? chip : -1;
}

static int refuse(int error) {
  errno = error;
  return -1;
}

static int is_owned(const struct line *line) {
  return (line->flags & HOGGED) || (line->owner != 0 && kill(line->owner, 0) == 0);
}

static void drive(struct line *line, int high) {
  if (!(line->flags & STUCK)) line->high = high != 0;
}

static int describe_chip(int chip, struct gpiochip_info *info) {
  memset(info, 0, sizeof *info);
  snprintf(info->name, sizeof info->name, "gpiochip%d", chip);
  snprintf(info->label, sizeof info->label, "%s", labels[chip]);
  info->lines = LINES;
  return 0;
}

static int describe_line(int chip, struct gpioline_info *info) {
  if (info->line_offset >= LINES) return refuse(EINVAL);
  const struct line *line = &world[chip][info->line_offset];
  info->flags = (is_owned(line) ? GPIOLINE_FLAG_KERNEL : 0) | (line->output ? GPIOLINE_FLAG_IS_OUT : 0);
  info->name[0] = '\0';
  snprintf(info->consumer, sizeof info->consumer, "%s", line->flags & HOGGED ? "hog1" : "");
  return 0;
}

static int request_line(int chip, struct gpiohandle_request *request) {
  if (request->lines != 1 || request->lineoffsets[0] >= LINES) return refuse(EINVAL);
  struct line *line = &world[chip][request->lineoffsets[0]];
  if (is_owned(line)) return refuse(EBUSY);
  int fd = memfd_create("gpio-line", MFD_CLOEXEC);
  if (fd < 0 || fd >= MAX_FDS) return refuse(EMFILE);
  line->owner = getpid();
  line->output = (request->flags & GPIOHANDLE_REQUEST_OUTPUT) != 0;
  if (line->output) drive(line, request->default_values[0]);
  line_of_fd[fd] = chip * LINES + (int)request->lineoffsets[0] + 1;
  request->fd = fd;
  return 0;
}

static int on_line(struct line *line, unsigned long request, struct gpiohandle_data *data) {
  if (line->flags & BROKEN) return refuse(EIO);
  if (request == GPIOHANDLE_GET_LINE_VALUES_IOCTL) data->values[0] = line->high;
  if (request == GPIOHANDLE_SET_LINE_VALUES_IOCTL) drive(line, data->values[0]);
  return 0;
}

int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  int chip = world != NULL && _IOC_TYPE(request) == 0xB4 ? chip_of(fd) : -1;
  int known = world != NULL && fd >= 0 && fd < MAX_FDS ? line_of_fd[fd] : 0;
  if (known != 0) return on_line(&world[(known - 1) / LINES][(known - 1) % LINES], request, argument);
  if (chip < 0) return (int)syscall(SYS_ioctl, fd, request, argument);
  if (request == GPIO_GET_CHIPINFO_IOCTL) return describe_chip(chip, argument);
  if (request == GPIO_GET_LINEINFO_IOCTL) return describe_line(chip, argument);
  if (request == GPIO_GET_LINEHANDLE_IOCTL) return request_line(chip, argument);
  return refuse(ENOTTY);
}

int close(int fd) {
  if (world != NULL && fd >= 0 && fd < MAX_FDS && line_of_fd[fd] != 0) {
    world[(line_of_fd[fd] - 1) / LINES][(line_of_fd[fd] - 1) % LINES].owner = 0;
    line_of_fd[fd] = 0;
  }
  return (int)syscall(SYS_close, fd);
}
