/* popug_board.h - the door of the task board. */
#ifndef APPS_POPUG_BOARD_POPUG_BOARD_H
#define APPS_POPUG_BOARD_POPUG_BOARD_H

#include "runtime/service.h"

extern const struct service board_service;

#endif
