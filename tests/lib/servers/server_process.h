/* server_process.h - what the servers that tests start have in common. */
#ifndef TESTS_LIB_SERVERS_SERVER_PROCESS_H
#define TESTS_LIB_SERVERS_SERVER_PROCESS_H

/* In the new process: what it says goes to a file of this name in the directory, and it hears
 * nothing. A descriptor that is not -1 takes the place of its input, or of its output. */
void server_process_redirect(const char *directory, const char *file, int question, int answer);

/* With all that is in it. */
void server_process_remove(const char *directory);

#endif
