/* server_process.c - what the servers that tests start have in common. */
#include "tests/lib/servers/server_process.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

void server_process_redirect(const char *directory, const char *file, int question, int answer)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, file);
    int said = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (said < 0 || nothing < 0) {
        _exit(126);
    }
    dup2(question >= 0 ? question : nothing, STDIN_FILENO);
    dup2(answer >= 0 ? answer : said, STDOUT_FILENO);
    dup2(said, STDERR_FILENO);
}

void server_process_remove(const char *directory)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("rm", "rm", "-rf", directory, (char *)NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
}
