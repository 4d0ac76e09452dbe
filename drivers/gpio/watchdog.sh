#!/bin/sh
# Brings every output to its safe state once the controller is gone, however it ended: its end of our standard input is
# closed then, by the kernel if need be. Each argument, and each line of standard input, names one output, for onoff or gpiod:
#
#     sysfs NUMBER high|low
#     gpiod CHIP-LABEL LINE 0|1
#
# A last line "done" says that the controller has left everything safe by itself, or that another watchdog knows better.

# Whoever stops the controller may tell its whole group or session. We act after it, not before.
trap '' HUP INT TERM

orders=$(
  printf '%s\n' "$@"
  cat
)
case $orders in
*done) exit 0 ;;
esac

in_sysfs() {
  [ -d "/sys/class/gpio/gpio$1" ] || echo "$1" >/sys/class/gpio/export
  echo "$2" >"/sys/class/gpio/gpio$1/direction"
}

# The kernel may still be closing the line for the controller.
by_gpiod() {
  tries=40
  until gpioset "$1" "$2=$3" || [ $((tries -= 1)) -le 0 ]; do sleep 0.05; done
}

echo "$orders" | while read -r backend one two three; do
  case $backend in
  sysfs) in_sysfs "$one" "$two" ;;
  gpiod) by_gpiod "$one" "$two" "$three" ;;
  esac
done
