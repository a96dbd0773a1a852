/* bad_link.h - a TCP proxy on loopback that can be as bad as a real network.
 *
 * What connects to its port is connected to the port behind it. Then one direction or both may be
 * stalled (bytes wait, nobody is told), connections cut or reset, new ones refused. It has a thread
 * of its own; everything here may be called from any thread.
 */
#ifndef TESTS_LIB_BAD_LINK_H
#define TESTS_LIB_BAD_LINK_H

#include <stdbool.h>

struct bad_link;

struct bad_link *bad_link_start(int port_behind);
void bad_link_stop(struct bad_link **link);
int bad_link_port(const struct bad_link *link);

/* Until it is said otherwise. */
void bad_link_stall(struct bad_link *link, bool towards_server, bool towards_client);
void bad_link_refuse(struct bad_link *link, bool refuses);

/* All connections there are, in order (FIN) or not (RST). Returns when it is done. */
void bad_link_cut(struct bad_link *link);
void bad_link_reset(struct bad_link *link);

/* Connections accepted so far. */
int bad_link_count(const struct bad_link *link);

#endif
