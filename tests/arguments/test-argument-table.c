/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "upscale-argument-table.h"

/* Line length and indentation of the list in docs/arguments.md. */
#define COLUMNS 100
#define INDENT "  "

static char *
list_names (UpscaleArgumentFlags flags)
{
  g_autoptr (GString) names = g_string_new (NULL);
  const UpscaleArgument *argument = NULL;

  while ((argument = upscale_argument_table_next (argument, flags)))
    g_string_append_printf (names, "%s ", argument->name);
  return g_string_free_and_steal (g_steal_pointer (&names));
}

/* Scripts and PDB callers rely on the order. */
static void
test_procedure_keeps_its_arguments (void)
{
  g_autofree char *names = list_names (UPSCALE_ARGUMENT_ANY);

  g_assert_cmpstr (
      names, ==,
      "prompt negative-prompt scale strength steps cfg-scale seed tile-size "
      "overlap generation-size batch-size sequential-below batch-timeout "
      "retries endpoints controlnet-enabled conditioning-scale "
      "ip-adapter-image ip-adapter-scale loras model color-correction "
      "resize-canvas repaint-selection ignore-selection strength-map regions "
      "region-share tile-prompts sampler scheduler plain-enlargement ");
}

/* A stranger writes presets and recipes, so each argument in them is named here once
 * more. */
static void
test_documents_hold_only_what_changes_the_picture (void)
{
  g_autofree char *in_preset = list_names (UPSCALE_ARGUMENT_IN_PRESET);
  g_autofree char *in_recipe = list_names (UPSCALE_ARGUMENT_IN_RECIPE);

  g_assert_cmpstr (in_preset, ==,
                   "prompt negative-prompt strength steps cfg-scale controlnet-enabled "
                   "conditioning-scale ip-adapter-scale loras model color-correction "
                   "sampler scheduler ");
  g_assert_cmpstr (in_recipe, ==,
                   "prompt negative-prompt scale strength steps cfg-scale seed tile-size "
                   "overlap generation-size controlnet-enabled conditioning-scale "
                   "ip-adapter-scale loras model color-correction resize-canvas "
                   "strength-map regions region-share tile-prompts sampler scheduler ");
}

static void
test_repainting_keeps_the_grid_of_the_layer (void)
{
  g_autofree char *names = list_names (UPSCALE_ARGUMENT_FIXED_BY_LAYER);

  g_assert_cmpstr (names, ==, "scale tile-size overlap ");
}

static gboolean
is_number (const UpscaleArgument *argument)
{
  return argument->type == UPSCALE_ARGUMENT_INTEGER ||
         argument->type == UPSCALE_ARGUMENT_NUMBER;
}

static void
test_rows_are_complete (void)
{
  const UpscaleArgument *argument = NULL;

  while ((argument = upscale_argument_table_next (argument, UPSCALE_ARGUMENT_ANY)))
    {
      gboolean is_text = !is_number (argument) &&
                         argument->type != UPSCALE_ARGUMENT_SWITCH &&
                         argument->type != UPSCALE_ARGUMENT_PICTURE &&
                         argument->type != UPSCALE_ARGUMENT_DRAWABLE;

      g_test_message ("%s", argument->name);
      g_assert_true (upscale_argument_table_find (argument->name) == argument);
      g_assert_nonnull (argument->label);
      g_assert_nonnull (argument->blurb);
      g_assert_true ((argument->text != NULL) == is_text);
      g_assert_true ((argument->step > 0.0) == is_number (argument));
      if (is_number (argument))
        {
          g_assert_cmpfloat (argument->least, <=, argument->value);
          g_assert_cmpfloat (argument->value, <=, argument->most);
        }
      if (argument->needs)
        g_assert_nonnull (upscale_argument_table_find (argument->needs));
    }
  g_assert_null (upscale_argument_table_find ("unheard-of"));
}

static char *
describe_type (const UpscaleArgument *argument)
{
  switch (argument->type)
    {
    case UPSCALE_ARGUMENT_SWITCH:
      return g_strdup_printf ("switch, default %s",
                              argument->value != 0.0 ? "on" : "off");
    case UPSCALE_ARGUMENT_INTEGER:
      return g_strdup_printf ("whole number, %.0f to %.0f, default %.0f", argument->least,
                              argument->most, argument->value);
    case UPSCALE_ARGUMENT_NUMBER:
      return g_strdup_printf ("number, %g to %g, default %g", argument->least,
                              argument->most, argument->value);
    case UPSCALE_ARGUMENT_PICTURE:
      return g_strdup ("file, default none");
    case UPSCALE_ARGUMENT_DRAWABLE:
      return g_strdup ("drawable, default none");
    default:
      return *argument->text == '\0'
                 ? g_strdup ("text, default empty")
                 : g_strdup_printf ("text, default \"%s\"", argument->text);
    }
}

static const char *
describe_documents (const UpscaleArgument *argument)
{
  if (argument->flags & UPSCALE_ARGUMENT_IN_PRESET)
    return "; in presets and recipes";
  return argument->flags & UPSCALE_ARGUMENT_IN_RECIPE ? "; in recipes" : "";
}

/* Breaks lines at spaces, as Markdown has at most COLUMNS columns. */
static void
append_wrapped (GString *list, const char *item)
{
  g_auto (GStrv) words = g_strsplit (item, " ", -1);
  gsize column = 0;

  for (char **word = words; *word; word++)
    {
      gsize    width = strlen (*word);
      gboolean is_first = word == words;
      gboolean is_full = column + 1 + width > COLUMNS;

      if (!is_first)
        g_string_append (list, is_full ? "\n" INDENT : " ");
      g_string_append (list, *word);
      column = is_full ? strlen (INDENT) + width : column + !is_first + width;
    }
  g_string_append_c (list, '\n');
}

static char *
make_list (void)
{
  g_autoptr (GString) list = g_string_new (NULL);
  const UpscaleArgument *argument = NULL;

  while ((argument = upscale_argument_table_next (argument, UPSCALE_ARGUMENT_ANY)))
    {
      g_autofree char *type = describe_type (argument);
      g_autofree char *item =
          g_strdup_printf ("- `%s` (%s%s): %s.", argument->name, type,
                           describe_documents (argument), argument->blurb);

      append_wrapped (list, item);
    }
  return g_string_free_and_steal (g_steal_pointer (&list));
}

/* With UPSCALE_UPDATE_DOCS the test writes the list instead of comparing it. */
static void
test_documentation_follows_the_table (void)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("UPSCALE_DOCS"), "arguments.md", NULL);
  g_autofree char *text = NULL;
  g_autofree char *updated = NULL;
  g_autofree char *list = make_list ();
  const char      *start;
  const char      *end;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  start = strstr (text, "- `");
  g_assert_nonnull (start);
  end = strstr (start, "\n\n");
  g_assert_nonnull (end);
  updated = g_strdup_printf ("%.*s%s%s", (int) (start - text), text, list, end + 1);
  if (g_getenv ("UPSCALE_UPDATE_DOCS"))
    g_assert_true (g_file_set_contents (path, updated, -1, NULL));
  else
    {
      g_test_message ("`ninja tile-upscale-update-arguments` renews docs/arguments.md");
      g_assert_cmpstr (text, ==, updated);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/argument-table/procedure-keeps-its-arguments",
                   test_procedure_keeps_its_arguments);
  g_test_add_func ("/argument-table/documents-hold-only-what-changes-the-picture",
                   test_documents_hold_only_what_changes_the_picture);
  g_test_add_func ("/argument-table/repainting-keeps-the-grid-of-the-layer",
                   test_repainting_keeps_the_grid_of_the_layer);
  g_test_add_func ("/argument-table/rows-are-complete", test_rows_are_complete);
  g_test_add_func ("/argument-table/documentation-follows-the-table",
                   test_documentation_follows_the_table);
  return g_test_run ();
}
