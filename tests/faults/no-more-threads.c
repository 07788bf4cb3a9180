/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded into a job and its local endpoint. While the file that NO_MORE_THREADS_FILE
 * names exists, pthread_create() fails as it does where memory or address space has run
 * out. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__ ((visibility ("default"))) int
pthread_create (pthread_t            *thread,
                const pthread_attr_t *attributes,
                void *(*start) (void *),
                void *argument)
{
  typeof (&pthread_create) create =
      (typeof (&pthread_create)) dlsym (RTLD_NEXT, "pthread_create");
  const char *path = getenv ("NO_MORE_THREADS_FILE");

  if (path && access (path, F_OK) == 0)
    return EAGAIN;
  return create (thread, attributes, start, argument);
}
