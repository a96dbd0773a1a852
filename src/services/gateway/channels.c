/* channels.c - the channel by which a client sees that we are there. */
#include "services/gateway/channels.h"

#include "runtime/access.h"

static bool show_nothing(const struct stream *stream, const struct caller *reader,
                         const struct message *message, struct arena *arena, struct text *data_out)
{
    (void)stream;
    (void)reader;
    (void)message;
    (void)arena;
    (void)data_out;
    return false;
}

const struct stream channel_streams[CHANNEL_STREAM_COUNT] = {
    {
        .path = "/api/v1/streams/heartbeat",
        .operation = "channel_heartbeat",
        .permission = PERMISSION_PERSON,
        .summary = "A sign of life every 15 seconds: {type, sequence}",
        .shows = show_nothing,
        .tells_beats = true,
    },
};
