/* channels.h - streams of the door itself; what others let people watch stands in their tables. */
#ifndef SERVICES_GATEWAY_CHANNELS_H
#define SERVICES_GATEWAY_CHANNELS_H

#include "runtime/service.h"

enum { CHANNEL_STREAM_COUNT = 1 };

extern const struct stream channel_streams[CHANNEL_STREAM_COUNT];

#endif
