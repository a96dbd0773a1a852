/* access.h - who is at the door: the owner of the machine, another service, or nobody yet.
 *
 * People who have signed in are another file's business (front/front.h). Two ways in without it:
 * the admin socket in the data directory, for the user the program runs as (the kernel tells who is
 * calling), and the root key printed at the first start, as a bearer credential. Only a hash of the
 * key is kept, in DIR/root.key, readable by its owner alone.
 *
 * Services of other processes come with a credential (ask/credential.h). It is good for one service
 * only, and opens what its bearer's table says it asks of that one and the routes that list it,
 * nothing else.
 *
 * Root may call for anybody (spokesman.h), and one service may call for people: the one that the
 * setting access.gateway names, which has signed them in.
 */
#ifndef RUNTIME_ACCESS_H
#define RUNTIME_ACCESS_H

#include "runtime/ask/trust.h"
#include "runtime/service.h"
#include "runtime/spokesman.h"

struct access;

/* Reads the hash, or makes a new key: then new_key_out is the key, to be shown once. The
 * directory's name must outlive the access. */
NODISCARD enum status access_open(struct arena *arena, const char *directory,
                                  struct access **access_out, struct text *new_key_out,
                                  struct text *error_out);

/* Keeps the hash of a new key. It is called when the key has been shown: whoever is stopped before
 * is shown another one at the next start, instead of none. */
NODISCARD enum status access_keep(struct access *access, struct arena *arena,
                                  struct text *error_out);

/* Whose services may ask ours; without it no service of another process is known. All must outlive
 * the access. */
void access_trust(struct access *access, const struct trust *trust,
                  const struct service *const *known, size_t known_count);

/* Which service may speak for people; NO_TEXT: none may. It must outlive the access. */
void access_let_speak(struct access *access, struct text gateway);

struct caller access_identify(const struct access *access, const struct http_request *request);

/* The same at the door of one service, where also others of its kind may come in. */
struct caller access_identify_at(struct access *access, const struct http_request *request,
                                 const struct service *service);

/* For whom may he call? */
enum spokesman access_spokesman(const struct access *access, const struct caller *caller);

/* The permission of a route that is for any signed-in person, as his own things are. */
#define PERMISSION_PERSON "person"

/* Default is deny: without a rule that says yes the answer is no. A person may what one of his
 * permissions names: "users.read" itself, "users.*", or "*". Root that calls for a person may what
 * the person may: an operator sees what he would see, and nobody becomes root through it. */
bool access_may(const struct caller *caller, const char *permission);

/* Is he a service, calling for itself, that the route lists? */
bool access_is_listed(const struct caller *caller, const struct route *route);

/* Has this service a row in its `asks` for the operation? */
bool access_may_ask(const struct access *access, const struct caller *caller,
                    const struct service *service, const char *operation);

#endif
