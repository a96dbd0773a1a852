/* notify.h - tells the service manager how we are (sd_notify), when there is one. */
#ifndef RUNTIME_START_NOTIFY_H
#define RUNTIME_START_NOTIFY_H

/* "READY=1", "STOPPING=1", "STATUS=..."; nothing happens without $NOTIFY_SOCKET. */
void notify_manager(const char *message);

#endif
