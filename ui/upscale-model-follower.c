/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-model-follower.h"

#include <glib/gi18n.h>

#include "upscale-argument-table.h"
#include "upscale-control.h"
#include "upscale-endpoint-list.h"

#define TILE_SIZE "tile-size"

/* A tile is painted best at the size that its model was trained for. */
static const char *const names[UPSCALE_N_MODEL_VALUES] = {
  [UPSCALE_MODEL_STEPS] = "steps",
  [UPSCALE_MODEL_CFG_SCALE] = "cfg-scale",
  [UPSCALE_MODEL_NATIVE_PX] = TILE_SIZE,
};

/**
 * UpscaleModelFollower:
 *
 * Lets steps, CFG scale and tile size follow the chosen model, as far as the servers that
 * paint have told its defaults. A value that anybody else has set stays.
 */
struct _UpscaleModelFollower
{
  GObject parent_instance;

  GObject                   *config;
  UpscaleCompletions        *completions;
  const UpscaleEndpointFile *file;
  char                      *choice; /* model and servers that the values were set for */
  gboolean                   is_own[UPSCALE_N_MODEL_VALUES]; /* set by somebody else */
  gboolean                   is_held;
  gboolean                   is_writing;
};

G_DEFINE_FINAL_TYPE (UpscaleModelFollower, upscale_model_follower, G_TYPE_OBJECT)

static void
upscale_model_follower_dispose (GObject *object)
{
  UpscaleModelFollower *self = UPSCALE_MODEL_FOLLOWER (object);

  if (self->config)
    g_signal_handlers_disconnect_by_data (self->config, self);
  g_clear_object (&self->config);
  g_clear_pointer (&self->choice, g_free);
  G_OBJECT_CLASS (upscale_model_follower_parent_class)->dispose (object);
}

static void
upscale_model_follower_class_init (UpscaleModelFollowerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = upscale_model_follower_dispose;
}

static void
upscale_model_follower_init (UpscaleModelFollower *self)
{
}

static char *
dup_text (UpscaleModelFollower *self, const char *name)
{
  char *text = NULL;

  g_object_get (self->config, name, &text, NULL);
  return text ? text : g_strdup ("");
}

static char *
dup_choice (UpscaleModelFollower *self)
{
  g_autofree char *model = dup_text (self, "model");
  g_autofree char *endpoints = dup_text (self, "endpoints");

  return g_strconcat (endpoints, "\n", model, NULL);
}

static double
get_number (UpscaleModelFollower *self, const UpscaleArgument *argument)
{
  int    integer = 0;
  double number = 0.0;

  if (argument->type == UPSCALE_ARGUMENT_NUMBER)
    g_object_get (self->config, argument->name, &number, NULL);
  else
    g_object_get (self->config, argument->name, &integer, NULL);
  return argument->type == UPSCALE_ARGUMENT_NUMBER ? number : integer;
}

static void
set_number (UpscaleModelFollower *self, const UpscaleArgument *argument, double number)
{
  self->is_writing = TRUE;
  if (argument->type == UPSCALE_ARGUMENT_NUMBER)
    g_object_set (self->config, argument->name, number, NULL);
  else
    g_object_set (self->config, argument->name, (int) number, NULL);
  self->is_writing = FALSE;
}

/* Returns what the servers have told that paint now. */
static GPtrArray *
list_defaults (UpscaleModelFollower *self)
{
  g_autofree char *endpoints = dup_text (self, "endpoints");
  g_autoptr (GPtrArray) entries =
      upscale_endpoint_list_describe (endpoints, self->file, NULL);
  GPtrArray *lists = g_ptr_array_new ();

  for (guint i = 0; entries && i < entries->len; i++)
    {
      const UpscaleEndpointEntry *entry = entries->pdata[i];
      GPtrArray                  *list =
          upscale_completions_get_model_defaults (self->completions, entry->name);

      if (list)
        g_ptr_array_add (lists, list);
    }
  return lists;
}

/* Returns the value that the servers recommend, or else the one that the model's name
 * suggests. A model of this computer is no diffusion model, whatever its name. */
static double
look_up (UpscaleModelFollower *self, GPtrArray *lists, UpscaleModelValue which)
{
  g_autofree char *model = dup_text (self, "model");
  g_autofree char *endpoints = dup_text (self, "endpoints");
  double           told = upscale_model_defaults_look_up (lists, model, which);

  if (told != UPSCALE_MODEL_UNKNOWN ||
      upscale_endpoint_list_is_local (endpoints, self->file))
    return told;
  return upscale_model_defaults_guess (model, which);
}

/* Texts of single tiles name tiles of the grid, and a repaint uses the layer's grid. */
static gboolean
is_fixed (UpscaleModelFollower *self, UpscaleModelValue which)
{
  g_autofree char *texts = dup_text (self, "tile-prompts");
  gboolean         repaints = FALSE;

  g_object_get (self->config, "repaint-selection", &repaints, NULL);
  return which == UPSCALE_MODEL_NATIVE_PX && (repaints || *texts != '\0');
}

/* The sides of tiles leave room for two overlaps. */
static double
get_least (UpscaleModelFollower *self, UpscaleModelValue which, double least)
{
  int overlap_px = 0;

  if (which != UPSCALE_MODEL_NATIVE_PX)
    return least;
  g_object_get (self->config, "overlap", &overlap_px, NULL);
  return MAX (least, 2.0 * overlap_px);
}

static UpscaleModelCase
make_case (UpscaleModelFollower *self, GPtrArray *lists, UpscaleModelValue which)
{
  const UpscaleArgument *argument = upscale_argument_table_find (names[which]);
  g_autofree char       *choice = dup_choice (self);

  return (UpscaleModelCase) {
    .now = get_number (self, argument),
    .told = look_up (self, lists, which),
    .usual = argument->value,
    .range = { get_least (self, which, argument->least), argument->most,
               argument->multiple_of },
    .is_kept = self->is_own[which] || is_fixed (self, which),
    .is_same_choice = g_str_equal (choice, self->choice),
  };
}

/**
 * upscale_model_follower_update:
 * @follower: a follower
 *
 * Sets the arguments anew. The follower does so by itself when the model or the servers
 * change; the caller says so when a server has told more.
 */
void
upscale_model_follower_update (UpscaleModelFollower *follower)
{
  g_autoptr (GPtrArray) lists = NULL;
  g_autofree char *choice = NULL;

  g_return_if_fail (UPSCALE_IS_MODEL_FOLLOWER (follower));

  choice = dup_choice (follower);
  if (follower->is_held && g_str_equal (choice, follower->choice))
    return;
  follower->is_held = FALSE;
  lists = list_defaults (follower);
  for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
    {
      UpscaleModelCase what = make_case (follower, lists, which);
      double           next = upscale_model_defaults_choose (what);

      if (next == what.now)
        continue;
      g_debug ("%s follows the model", names[which]);
      set_number (follower, upscale_argument_table_find (names[which]), next);
    }
  g_set_str (&follower->choice, choice);
}

static void
on_number_changed (GObject *config, GParamSpec *spec, gpointer user_data)
{
  UpscaleModelFollower *self = user_data;

  for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
    if (!self->is_writing && g_str_equal (spec->name, names[which]))
      self->is_own[which] = TRUE;
}

/**
 * upscale_model_follower_new:
 * @config: an object with the arguments of the table as properties, changed
 * @completions: what servers have told; must outlive the follower
 * @file: the endpoints that the user has described; must outlive the follower
 * @followed: (nullable): names of the arguments that followed a model when the user chose
 * their values; %NULL for those that have their defaults
 *
 * Returns: (transfer full): a follower
 */
UpscaleModelFollower *
upscale_model_follower_new (GObject                   *config,
                            UpscaleCompletions        *completions,
                            const UpscaleEndpointFile *file,
                            const char *const         *followed)
{
  UpscaleModelFollower *self;

  g_return_val_if_fail (G_IS_OBJECT (config), NULL);
  g_return_val_if_fail (completions != NULL, NULL);
  g_return_val_if_fail (file != NULL, NULL);

  self = g_object_new (UPSCALE_TYPE_MODEL_FOLLOWER, NULL);
  self->config = g_object_ref (config);
  self->completions = completions;
  self->file = file;
  self->choice = dup_choice (self);
  for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
    {
      const UpscaleArgument *argument = upscale_argument_table_find (names[which]);
      g_autofree char       *signal = g_strconcat ("notify::", names[which], NULL);

      self->is_own[which] = followed ? !g_strv_contains (followed, names[which])
                                     : get_number (self, argument) != argument->value;
      g_signal_connect (config, signal, G_CALLBACK (on_number_changed), self);
    }
  g_signal_connect_swapped (config, "notify::model",
                            G_CALLBACK (upscale_model_follower_update), self);
  g_signal_connect_swapped (config, "notify::endpoints",
                            G_CALLBACK (upscale_model_follower_update), self);
  upscale_model_follower_update (self);
  return self;
}

/**
 * upscale_model_follower_hold:
 * @follower: a follower
 *
 * Keeps the values until the user chooses another model or other servers: a tile was
 * tried with them, which counts in the job only if they stay.
 */
void
upscale_model_follower_hold (UpscaleModelFollower *follower)
{
  g_return_if_fail (UPSCALE_IS_MODEL_FOLLOWER (follower));

  follower->is_held = TRUE;
}

/**
 * upscale_model_follower_release:
 * @follower: a follower
 *
 * Lets all arguments follow the model again, since the user asked for that.
 */
void
upscale_model_follower_release (UpscaleModelFollower *follower)
{
  g_return_if_fail (UPSCALE_IS_MODEL_FOLLOWER (follower));

  follower->is_held = FALSE;
  for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
    follower->is_own[which] = FALSE;
  upscale_model_follower_update (follower);
}

/**
 * upscale_model_follower_dup_followed:
 * @follower: a follower
 *
 * Returns: (transfer full): names of the arguments that nobody else has set, for
 * upscale_model_follower_new()
 */
GStrv
upscale_model_follower_dup_followed (UpscaleModelFollower *follower)
{
  g_autoptr (GStrvBuilder) followed = g_strv_builder_new ();

  g_return_val_if_fail (UPSCALE_IS_MODEL_FOLLOWER (follower), NULL);

  for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
    if (!follower->is_own[which])
      g_strv_builder_add (followed, names[which]);
  return g_strv_builder_end (followed);
}

static void
append_value (GString *text, const char *name, double value)
{
  const UpscaleArgument *argument = upscale_argument_table_find (name);
  g_autofree char       *label = upscale_control_dup_plain (_ (argument->label));

  g_string_append_printf (text, "%s%s %g", text->len > 0 ? ", " : "", label, value);
}

/* Returns the lists of the values that follow the model, and of other values than those
 * that suit it. */
static void
list_values (UpscaleModelFollower *self, GString *followed, GString *suggested)
{
  g_autoptr (GPtrArray) lists = list_defaults (self);

  for (int which = 0; which < UPSCALE_N_MODEL_VALUES; which++)
    {
      UpscaleModelCase what = make_case (self, lists, which);

      if (upscale_model_defaults_are_followed (what))
        append_value (followed, names[which], what.now);
      what.is_kept = is_fixed (self, which);
      if (upscale_model_defaults_choose (what) == what.told && what.told != what.now)
        append_value (suggested, names[which], what.told);
    }
}

/**
 * upscale_model_follower_dup_markup:
 * @follower: a follower
 *
 * Returns: (transfer full): a line for the user: the values that follow the model, and a
 * link for those that could; empty if the servers have told nothing
 */
char *
upscale_model_follower_dup_markup (UpscaleModelFollower *follower)
{
  g_autoptr (GString) followed = g_string_new (NULL);
  g_autoptr (GString) suggested = g_string_new (NULL);
  g_autoptr (GString) markup = g_string_new (NULL);

  g_return_val_if_fail (UPSCALE_IS_MODEL_FOLLOWER (follower), NULL);

  list_values (follower, followed, suggested);
  if (followed->len > 0)
    {
      g_autofree char *line = g_markup_printf_escaped (
          /* TRANSLATORS: followed by names and values, as in "Steps 25, CFG scale 7". */
          _ ("Following the model until you change them: %s."), followed->str);

      g_string_append (markup, line);
    }
  if (suggested->len > 0)
    {
      g_autofree char *line =
          g_markup_printf_escaped (_ ("The model suggests: %s."), suggested->str);

      g_string_append_printf (markup, "%s%s <a href=\"follow\">%s</a>",
                              markup->len > 0 ? " " : "", line, _ ("Follow the model"));
    }
  return g_string_free_and_steal (g_steal_pointer (&markup));
}
