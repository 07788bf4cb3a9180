/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-endpoint-light.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include "upscale-endpoint-address.h"
#include "upscale-endpoint-disclosure.h"
#include "upscale-pool-look.h"
#include "upscale-tile-state-icon.h"

#define PROPERTY "endpoints"
/* Longer than a pause within an address, so that the first half of a host's name is not
 * looked up. */
#define WAIT_MS 900
#define LEAST_PRICE 0.005

/**
 * UpscaleEndpointLight:
 *
 * Shows whether the servers answer whose addresses the user has typed. The light asks
 * each one for its capabilities as a job would, and sends no picture. A key goes along
 * only where the user has bound it to that origin in the environment. Endpoints of the
 * user's list are not asked: their key may lie in a locked keyring, and an answer may
 * start a machine that costs money.
 */
struct _UpscaleEndpointLight
{
  GtkBox parent_instance;

  GObject                    *config;
  const UpscaleEndpointTools *tools;
  UpscaleCompletions         *completions;
  GtkWidget                  *icon;
  GCancellable               *probes; /* NULL while none is under way or has ended */
  GString                    *sentences;
  GPtrArray                  *answers; /* of Answer */
  guint                       n_probing;
  gboolean                    has_failed;
  guint                       due;
};

G_DEFINE_FINAL_TYPE (UpscaleEndpointLight, upscale_endpoint_light, GTK_TYPE_BOX)

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* A server that has answered. */
typedef struct
{
  char                *name;
  char                *host;
  UpscaleCapabilities *can;
} Answer;

static void
answer_free (Answer *answer)
{
  g_free (answer->name);
  g_free (answer->host);
  upscale_capabilities_unref (answer->can);
  g_free (answer);
}

/* A server that is being asked. */
typedef struct
{
  UpscaleEndpointLight *light;
  GCancellable         *cancellable;
  char                 *name;
  char                 *host;
} Probe;

static void
probe_free (Probe *probe)
{
  g_object_unref (probe->light);
  g_object_unref (probe->cancellable);
  g_free (probe->name);
  g_free (probe->host);
  g_free (probe);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Probe, probe_free)

static void
stop (UpscaleEndpointLight *self)
{
  g_clear_handle_id (&self->due, g_source_remove);
  g_cancellable_cancel (self->probes);
  g_clear_object (&self->probes);
  g_string_truncate (self->sentences, 0);
  g_ptr_array_set_size (self->answers, 0);
  self->n_probing = 0;
  self->has_failed = FALSE;
}

static void
upscale_endpoint_light_dispose (GObject *object)
{
  UpscaleEndpointLight *self = UPSCALE_ENDPOINT_LIGHT (object);

  stop (self);
  g_clear_object (&self->config);
  G_OBJECT_CLASS (upscale_endpoint_light_parent_class)->dispose (object);
}

static void
upscale_endpoint_light_finalize (GObject *object)
{
  UpscaleEndpointLight *self = UPSCALE_ENDPOINT_LIGHT (object);

  g_string_free (self->sentences, TRUE);
  g_ptr_array_unref (self->answers);
  G_OBJECT_CLASS (upscale_endpoint_light_parent_class)->finalize (object);
}

static void
upscale_endpoint_light_class_init (UpscaleEndpointLightClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_endpoint_light_dispose;
  G_OBJECT_CLASS (klass)->finalize = upscale_endpoint_light_finalize;

  /**
   * UpscaleEndpointLight::changed:
   *
   * Emitted when a server has answered or failed, and when other servers are meant.
   */
  signals[SIGNAL_CHANGED] =
      g_signal_new ("changed", UPSCALE_TYPE_ENDPOINT_LIGHT, G_SIGNAL_RUN_LAST, 0, NULL,
                    NULL, NULL, G_TYPE_NONE, 0);
}

static void
upscale_endpoint_light_init (UpscaleEndpointLight *self)
{
  self->sentences = g_string_new (NULL);
  self->answers = g_ptr_array_new_with_free_func ((GDestroyNotify) answer_free);
  self->icon = upscale_tile_state_icon_new (UPSCALE_TILE_WAITING);
  gtk_container_add (GTK_CONTAINER (self), self->icon);
}

static UpscaleTileState
choose_icon (UpscaleEndpointLight *self)
{
  if (self->has_failed)
    return UPSCALE_TILE_FAILED;
  if (self->n_probing > 0)
    return UPSCALE_TILE_IN_FLIGHT;
  return self->sentences->len > 0 ? UPSCALE_TILE_PAINTED : UPSCALE_TILE_WAITING;
}

static void
show (UpscaleEndpointLight *self)
{
  const char *words = self->sentences->str;

  if (*words == '\0')
    words = self->n_probing > 0 ? _ ("The server is being asked what it can do.")
                                : _ ("No typed address was asked.");
  upscale_tile_state_icon_set_state (self->icon, choose_icon (self));
  upscale_control_set_name (self->icon, words);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
append_capabilities (GString *text, const UpscaleCapabilities *can)
{
  guint n_models = can->models ? g_strv_length (can->models) : 0;

  if (n_models > 0)
    g_string_append_printf (text,
                            ngettext (", has %u model", ", has %u models", n_models),
                            n_models);
  if (!can->uses_prompt)
    g_string_append (text, _ (", follows no prompts"));
  if (can->price_per_hour >= LEAST_PRICE)
    g_string_append_printf (text, _ (", costs $%.2f an hour"), can->price_per_hour);
}

static void
add_sentence (UpscaleEndpointLight      *self,
              const char                *host,
              const UpscaleCapabilities *can,
              const GError              *error)
{
  GString *text = self->sentences;

  if (text->len > 0)
    g_string_append_c (text, '\n');
  if (can)
    {
      g_string_append_printf (text, _ ("%s answers"), host);
      append_capabilities (text, can);
      g_string_append_c (text, '.');
    }
  else
    g_string_append_printf (text, _ ("%s does not answer as it should: %s"), host,
                            error->message);
}

static void
on_probed (GObject *backend, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Probe) probe = user_data;
  UpscaleEndpointLight *self = probe->light;
  g_autoptr (GError) error = NULL;
  g_autoptr (UpscaleCapabilities) can =
      upscale_backend_probe_finish (UPSCALE_BACKEND (backend), result, &error);

  /* The user has typed another address since, or closed the dialog. */
  if (g_cancellable_is_cancelled (probe->cancellable))
    return;
  self->n_probing--;
  self->has_failed |= can == NULL;
  add_sentence (self, probe->host, can, error);
  g_debug ("a typed address %s", can ? "answers" : "does not answer");
  if (can)
    {
      Answer *answer = g_new (Answer, 1);

      *answer = (Answer) { g_strdup (probe->name), g_strdup (probe->host),
                           upscale_capabilities_ref (can) };
      g_ptr_array_add (self->answers, answer);
      upscale_completions_add_capabilities (self->completions, probe->name, can);
    }
  show (self);
}

static void
ask (UpscaleEndpointLight *self, const UpscaleEndpointEntry *entry)
{
  g_autoptr (UpscaleEndpoint) endpoint =
      upscale_endpoint_tools_make (self->tools, entry, NULL, NULL);
  Probe *probe;

  if (!endpoint)
    return;
  probe = g_new0 (Probe, 1);
  probe->light = g_object_ref (self);
  probe->cancellable = g_object_ref (self->probes);
  probe->name = g_strdup (entry->name);
  probe->host = upscale_endpoint_disclosure_dup_host (entry);
  self->n_probing++;
  upscale_backend_probe_async (upscale_endpoint_get_backend (endpoint), self->probes,
                               on_probed, probe);
}

/* Words that can't be read are the forecast's to report. */
static gboolean
on_due (gpointer user_data)
{
  UpscaleEndpointLight *self = user_data;
  g_autofree char      *text = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  g_object_get (self->config, PROPERTY, &text, NULL);
  self->due = 0;
  self->probes = g_cancellable_new ();
  entries = upscale_endpoint_list_describe (text, self->tools->file, NULL);
  for (guint i = 0; entries && i < entries->len; i++)
    {
      const UpscaleEndpointEntry *entry = entries->pdata[i];

      if (upscale_endpoint_address_is_one (entry->name))
        ask (self, entry);
    }
  show (self);
  return G_SOURCE_REMOVE;
}

static void
on_endpoints_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  UpscaleEndpointLight *self = user_data;
  g_autofree char      *text = NULL;

  g_object_get (config, PROPERTY, &text, NULL);
  stop (self);
  show (self);
  if (text && *text != '\0')
    self->due = g_timeout_add (WAIT_MS, on_due, self);
}

/**
 * upscale_endpoint_light_new:
 * @config: an object with the arguments of the table as properties
 * @tools: the tools that make endpoints; must outlive the light
 * @completions: gets the names that servers tell; must outlive the light
 *
 * Returns: (transfer floating): a light for the argument `endpoints`
 */
GtkWidget *
upscale_endpoint_light_new (GObject                    *config,
                            const UpscaleEndpointTools *tools,
                            UpscaleCompletions         *completions)
{
  UpscaleEndpointLight *self;

  g_return_val_if_fail (G_IS_OBJECT (config), NULL);
  g_return_val_if_fail (tools != NULL, NULL);
  g_return_val_if_fail (completions != NULL, NULL);

  self = g_object_new (UPSCALE_TYPE_ENDPOINT_LIGHT, NULL);
  self->config = g_object_ref (config);
  self->tools = tools;
  self->completions = completions;
  g_signal_connect_object (config, "notify::" PROPERTY, G_CALLBACK (on_endpoints_changed),
                           self, 0);
  on_endpoints_changed (config, NULL, self);
  return GTK_WIDGET (self);
}

/**
 * upscale_endpoint_light_get_sentences:
 * @light: a light
 *
 * Returns: (transfer none): a line for each server that was asked; empty if none was
 */
const char *
upscale_endpoint_light_get_sentences (UpscaleEndpointLight *light)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT_LIGHT (light), NULL);

  return light->sentences->str;
}

static char *
dup_look (UpscaleEndpointLight *self, const UpscaleGenParams *gen_params)
{
  g_autofree UpscalePoolMember *members = g_new (UpscalePoolMember, self->answers->len);

  for (guint i = 0; i < self->answers->len; i++)
    {
      const Answer *answer = self->answers->pdata[i];

      members[i] = (UpscalePoolMember) { answer->host, answer->can };
    }
  return upscale_pool_look_dup_warning (members, self->answers->len, gen_params);
}

/**
 * upscale_endpoint_light_dup_missing:
 * @light: a light
 * @gen_params: the parameters of the picture
 *
 * Returns: (transfer full): a line for each server that has answered and can't follow all
 * of @gen_params, and one if they paint with several models; empty if there is none
 */
char *
upscale_endpoint_light_dup_missing (UpscaleEndpointLight   *light,
                                    const UpscaleGenParams *gen_params)
{
  GString         *text;
  g_autofree char *look = NULL;

  g_return_val_if_fail (UPSCALE_IS_ENDPOINT_LIGHT (light), NULL);
  g_return_val_if_fail (gen_params != NULL, NULL);

  text = g_string_new (NULL);
  for (guint i = 0; i < light->answers->len; i++)
    {
      const Answer    *answer = light->answers->pdata[i];
      g_autofree char *missing =
          upscale_capabilities_dup_missing (answer->can, gen_params);

      if (missing)
        g_string_append_printf (text, "%s%s: %s.", text->len > 0 ? "\n" : "",
                                answer->host, missing);
    }
  look = dup_look (light, gen_params);
  if (look)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", look);
  return g_string_free_and_steal (text);
}

/**
 * upscale_endpoint_light_denies_captions:
 * @light: a light
 * @name: name of an endpoint
 *
 * Returns: %TRUE if the light has asked that server, and the server does not describe
 * tiles
 */
gboolean
upscale_endpoint_light_denies_captions (UpscaleEndpointLight *light, const char *name)
{
  g_return_val_if_fail (UPSCALE_IS_ENDPOINT_LIGHT (light), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  for (guint i = 0; i < light->answers->len; i++)
    {
      const Answer *answer = light->answers->pdata[i];

      if (g_str_equal (answer->name, name))
        return !answer->can->gives_captions;
    }
  return FALSE;
}
