/* start_page.h - what the first page of the web client shows, in one request. */
#ifndef SERVICES_GATEWAY_START_PAGE_H
#define SERVICES_GATEWAY_START_PAGE_H

#include "runtime/compose/dashboard.h"

enum { START_PAGE_COUNT = 1 };

extern const struct dashboard start_pages[START_PAGE_COUNT];

#endif
