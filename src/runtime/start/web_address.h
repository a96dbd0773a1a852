/* web_address.h - what people and programs reach us at, as the setting web.address says it. */
#ifndef RUNTIME_START_WEB_ADDRESS_H
#define RUNTIME_START_WEB_ADDRESS_H

#include "base/arena.h"
#include "base/status.h"
#include "base/text.h"

/* "https://kontora.example", or nothing at all: MALFORMED with a sentence. It is compared letter by
 * letter, so nothing may stand behind it. */
NODISCARD enum status web_address_check(struct arena *arena, struct text address,
                                        struct text *error_out);

#endif
