/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks for servers on this computer: each kind of server is asked for its capabilities
 * at its usual port, as a job would ask. No request carries a key, since any program can
 * listen there. */
#include "upscale-endpoint-finder.h"

/* A server on this computer answers at once, or not at all. */
#define LIMIT_S 3

typedef struct
{
  UpscaleEndpointFinderFunc func;
  gpointer                  user_data;
  GCancellable             *cancellable;
  guint                     limit; /* timer */
  guint                     n_left;
  gboolean                  is_late;
} Search;

typedef struct
{
  Search                    *search;
  const UpscaleEndpointKind *kind;
  char                      *address;
} Probe;

static void
probe_free (Probe *probe)
{
  g_free (probe->address);
  g_free (probe);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Probe, probe_free)

/* The caller is not called any more after it has cancelled the search. */
static gboolean
is_wanted (Search *search)
{
  return search->is_late || !g_cancellable_is_cancelled (search->cancellable);
}

static gboolean
on_limit (gpointer user_data)
{
  Search *search = user_data;

  search->limit = 0;
  search->is_late = !g_cancellable_is_cancelled (search->cancellable);
  g_cancellable_cancel (search->cancellable);
  return G_SOURCE_REMOVE;
}

static void
end_one (Search *search)
{
  if (--search->n_left > 0)
    return;
  if (is_wanted (search))
    search->func (NULL, NULL, search->user_data);
  g_clear_handle_id (&search->limit, g_source_remove);
  g_object_unref (search->cancellable);
  g_free (search);
}

static void
on_probed (GObject *backend, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Probe) probe = user_data;
  Search *search = probe->search;
  g_autoptr (UpscaleCapabilities) can =
      upscale_backend_probe_finish (UPSCALE_BACKEND (backend), result, NULL);

  if (can && is_wanted (search))
    {
      g_debug ("found a server of kind '%s'", probe->kind->name);
      search->func (probe->kind, probe->address, search->user_data);
    }
  end_one (search);
}

static void
ask (Search *search, const UpscaleEndpointTools *tools, const UpscaleEndpointKind *kind)
{
  g_autofree char *address = g_strdup_printf ("http://127.0.0.1:%d", kind->usual_port);
  g_autoptr (UpscaleEndpointEntry) entry =
      upscale_endpoint_entry_new (kind->name, kind->name, address);
  g_autoptr (UpscaleEndpoint) endpoint =
      upscale_endpoint_tools_make (tools, entry, NULL, NULL);
  Probe *probe;

  if (!endpoint)
    return;
  probe = g_new (Probe, 1);
  *probe = (Probe) { search, kind, g_steal_pointer (&address) };
  search->n_left++;
  upscale_backend_probe_async (upscale_endpoint_get_backend (endpoint),
                               search->cancellable, on_probed, probe);
}

/**
 * upscale_endpoint_finder_start:
 * @tools: the tools that make endpoints
 * @func: gets the servers, and the end of the search
 * @user_data: data for @func
 *
 * Looks for servers on this computer, for some seconds.
 *
 * Returns: (transfer full): cancels the search; @func is not called any more then
 */
GCancellable *
upscale_endpoint_finder_start (const UpscaleEndpointTools *tools,
                               UpscaleEndpointFinderFunc   func,
                               gpointer                    user_data)
{
  guint                      n_kinds;
  const UpscaleEndpointKind *kinds = upscale_endpoint_kind_get_all (&n_kinds);
  Search                    *search;
  GCancellable              *cancellable;

  g_return_val_if_fail (tools != NULL, NULL);
  g_return_val_if_fail (func != NULL, NULL);

  cancellable = g_cancellable_new ();
  search = g_new0 (Search, 1);
  search->func = func;
  search->user_data = user_data;
  search->cancellable = g_object_ref (cancellable);
  search->limit = g_timeout_add_seconds (LIMIT_S, on_limit, search);
  search->n_left = 1;
  for (guint i = 0; i < n_kinds; i++)
    ask (search, tools, &kinds[i]);
  end_one (search);
  return cancellable;
}
