/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Controls without an effect are insensitive, and their tooltip says why. */
#include "upscale-control-effect.h"

#include <glib/gi18n.h>

#include "upscale-control.h"
#include "upscale-model-family.h"

#define EFFECT_KEY "upscale-control-effect"

typedef struct
{
  GtkWidget                  *control;
  const UpscaleArgument      *argument;
  const UpscaleDialogRequest *request;
  UpscalePainterChoice       *painter;
} Effect;

static gboolean
is_set (const Effect *self, const char *name)
{
  GObject *config = G_OBJECT (self->request->config);
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (config, name, &value);
  return G_VALUE_HOLDS_BOOLEAN (&value) ? g_value_get_boolean (&value)
                                        : g_value_get_object (&value) != NULL;
}

/* A restorer uses the seed alone, and the plug-in itself the other argument. */
static gboolean
is_for_prompts (const UpscaleArgument *argument)
{
  static const char *const others[] = { "seed", "sequential-below", NULL };

  return argument->flags & UPSCALE_ARGUMENT_FOR_SERVICES &&
         argument->type != UPSCALE_ARGUMENT_MODEL &&
         !g_strv_contains (others, argument->name);
}

static gboolean
restores (const Effect *self)
{
  g_autofree char *model = NULL;

  g_object_get (self->request->config, "model", &model, NULL);
  return !upscale_model_family_uses_prompt (upscale_model_family_read (model));
}

/* Returns %NULL if the argument has an effect. */
static char *
dup_reason (const Effect *self)
{
  const UpscaleArgument *argument = self->argument;
  gboolean repaints = self->request->can_repaint && is_set (self, "repaint-selection");
  gboolean is_local = upscale_painter_choice_is_local (self->painter);
  g_autofree char *needed = NULL;

  if (repaints && g_str_equal (argument->name, "ignore-selection"))
    return g_strdup (_ ("Repainting is limited to the tiles under the selection."));
  if (repaints && argument->flags & UPSCALE_ARGUMENT_FIXED_BY_LAYER)
    return g_strdup (_ ("Repainting keeps the value of the layer."));
  if (is_local && argument->type == UPSCALE_ARGUMENT_MODEL)
    return g_strdup (_ ("The model of this computer is chosen next to it."));
  if (is_local && argument->flags & UPSCALE_ARGUMENT_FOR_SERVICES)
    return g_strdup (_ ("No effect on this computer, which enlarges without prompts: "
                        "choose GPU services to use it."));
  if (!is_local && is_for_prompts (argument) && restores (self))
    return g_strdup (_ ("No effect with this model, which restores the picture without "
                        "prompts."));
  if (!argument->needs || is_set (self, argument->needs))
    return NULL;
  needed = upscale_control_dup_plain (
      _ (upscale_argument_table_find (argument->needs)->label));
  return g_strdup_printf (_ ("No effect without '%s'."), needed);
}

static void
show (GtkWidget *widget, gboolean has_effect, const char *tooltip)
{
  gtk_widget_set_sensitive (widget, has_effect);
  gtk_widget_set_tooltip_text (widget, tooltip);
}

static void
update (Effect *self)
{
  const char      *blurb = _ (self->argument->blurb);
  g_autofree char *reason = dup_reason (self);
  g_autofree char *tooltip = reason ? g_strconcat (reason, "\n", blurb, NULL) : NULL;
  g_autoptr (GList) labels = gtk_widget_list_mnemonic_labels (self->control);

  show (self->control, reason == NULL, tooltip ? tooltip : blurb);
  for (GList *label = labels; label; label = label->next)
    show (label->data, reason == NULL, tooltip ? tooltip : blurb);
}

static void
on_argument_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  update (g_object_get_data (user_data, EFFECT_KEY));
}

static void
on_painter_changed (UpscalePainterChoice *painter, gpointer user_data)
{
  update (g_object_get_data (user_data, EFFECT_KEY));
}

/**
 * upscale_control_effect_watch:
 * @control: a control
 * @argument: the argument that @control shows
 * @request: the dialog's input; must outlive @control
 * @painter: the choice of who paints; must outlive @control
 *
 * Keeps @control and its labels insensitive while the argument has no effect.
 */
void
upscale_control_effect_watch (GtkWidget                  *control,
                              const UpscaleArgument      *argument,
                              const UpscaleDialogRequest *request,
                              UpscalePainterChoice       *painter)
{
  Effect *self;

  g_return_if_fail (GTK_IS_WIDGET (control));
  g_return_if_fail (argument != NULL);
  g_return_if_fail (request != NULL);
  g_return_if_fail (UPSCALE_IS_PAINTER_CHOICE (painter));

  self = g_new (Effect, 1);
  *self = (Effect) { control, argument, request, painter };
  g_object_set_data_full (G_OBJECT (control), EFFECT_KEY, self, g_free);
  g_signal_connect_object (request->config, "notify", G_CALLBACK (on_argument_changed),
                           control, 0);
  g_signal_connect_object (painter, "changed", G_CALLBACK (on_painter_changed), control,
                           0);
  update (self);
}
