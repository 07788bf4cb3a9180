/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of fields, and the lists of regions and tile prompts that are made of them. */
#include <string.h>

#include "upscale-error.h"
#include "upscale-fields.h"
#include "upscale-limits.h"
#include "upscale-region-list.h"
#include "upscale-tile-prompts.h"
#include "upscale-tile-settings.h"

#define N_ROUNDS 1000
#define MAX_FIELDS 4
#define MAX_CHARS 8
#define MAX_ROWS 30

/* Texts of the characters that have a meaning in lines. */
static char *
draw_typed_text (GRand *random)
{
  static const char *const parts[] = { "|", "\\", "n", "\n", " ", "x", "ä", "," };
  g_autoptr (GString) text = g_string_new (NULL);
  int n = g_rand_int_range (random, 0, MAX_CHARS);

  for (int i = 0; i < n; i++)
    g_string_append (text, parts[g_rand_int_range (random, 0, G_N_ELEMENTS (parts))]);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static char *
draw_text (GRand *random)
{
  return g_strstrip (draw_typed_text (random));
}

static void
test_joined_fields_are_split_again (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (int i = 0; i < N_ROUNDS; i++)
    {
      char            *fields[MAX_FIELDS + 1] = { NULL };
      g_autofree char *line = NULL;
      g_auto (GStrv) again = NULL;

      for (int k = 0; k < MAX_FIELDS; k++)
        fields[k] = draw_text (random);
      line = upscale_fields_join ((const char *const *) fields);
      g_assert_null (strchr (line, '\n'));
      again = upscale_fields_split (line, MAX_FIELDS);
      g_assert_cmpstrv (again, fields);
      for (int k = 0; k < MAX_FIELDS; k++)
        g_free (fields[k]);
    }
}

static void
test_regions_survive_as_text (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (int i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GPtrArray) entries = upscale_region_list_new ();
      guint            n = (guint) g_rand_int_range (random, 0, UPSCALE_MAX_REGIONS + 1);
      g_autofree char *text = NULL;
      g_autofree char *text_again = NULL;
      g_autoptr (GPtrArray) again = NULL;
      g_autoptr (GError) error = NULL;

      for (guint k = 0; k < n; k++)
        {
          g_autofree char   *tail = draw_text (random);
          g_autofree char   *name = g_strconcat ("a", tail, NULL);
          g_autofree char   *prompt = draw_text (random);
          g_autofree char   *negative_prompt = draw_text (random);
          UpscaleRegionEntry entry = { name, prompt, negative_prompt,
                                       g_rand_boolean (random)
                                           ? g_rand_double (random)
                                           : UPSCALE_TILE_SETTINGS_NO_STRENGTH };

          upscale_region_list_add (entries, &entry);
        }
      text = upscale_region_list_join (entries);
      again = upscale_region_list_parse (text, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (again->len, ==, n);
      text_again = upscale_region_list_join (again);
      g_assert_cmpstr (text_again, ==, text);
      for (guint k = 0; k < n; k++)
        {
          const UpscaleRegionEntry *before = entries->pdata[k];
          const UpscaleRegionEntry *after = again->pdata[k];

          g_assert_cmpstr (after->name, ==, before->name);
          g_assert_cmpstr (after->prompt, ==, before->prompt);
          g_assert_cmpstr (after->negative_prompt, ==, before->negative_prompt);
          g_assert_cmpfloat (after->strength, ==, before->strength);
        }
    }
}

/* People type spaces before and after words, and between two of them the text is only
 * that space. */
static void
set_random_prompt (GRand *random, GPtrArray *prompts)
{
  g_autofree char         *text = draw_typed_text (random);
  g_autofree char         *negative_prompt = draw_typed_text (random);
  UpscaleTilePrompt        prompt = { g_rand_int_range (random, 0, MAX_ROWS),
                                      g_rand_int_range (random, 0, MAX_ROWS), text,
                                      negative_prompt };
  const UpscaleTilePrompt *found;

  upscale_tile_prompts_set (prompts, &prompt);
  found = upscale_tile_prompts_find (prompts, prompt.row, prompt.col);
  g_assert_cmpint (found != NULL, ==,
                   *g_strstrip (text) != '\0' || *g_strstrip (negative_prompt) != '\0');
}

static void
test_tile_prompts_survive_as_text (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);

  for (int i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GPtrArray) prompts = upscale_tile_prompts_parse ("", NULL);
      g_autofree char *text = NULL;
      g_autoptr (GPtrArray) again = NULL;
      g_autoptr (GError) error = NULL;

      for (int k = 0; k < MAX_ROWS; k++)
        set_random_prompt (random, prompts);
      text = upscale_tile_prompts_join (prompts);
      again = upscale_tile_prompts_parse (text, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (again->len, ==, prompts->len);
      for (guint k = 0; k < prompts->len; k++)
        {
          const UpscaleTilePrompt *before = prompts->pdata[k];
          const UpscaleTilePrompt *after =
              upscale_tile_prompts_find (again, before->row, before->col);

          g_assert_cmpstr (after->prompt, ==, before->prompt);
          g_assert_cmpstr (after->negative_prompt, ==, before->negative_prompt);
        }
    }
}

static void
test_wrong_lines_are_named (void)
{
  static const char *const regions[] = { "| no name", "Sky | a | b | strong",
                                         "Sky | a | b | 1.5", "Sky | a | b | 0.5 | c",
                                         "Sky | a | b | nan" };
  static const char *const prompts[] = { "2 | a",        "0,1 | a",   "2,3",
                                         "2,3 | ",       "2,3,4 | a", "x,y | a",
                                         "2,3|a\n2,3|b", "2,3|a|b|c", "-1,2 | a",
                                         "1,99999 | a" };

  for (gsize i = 0; i < G_N_ELEMENTS (regions); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (upscale_region_list_parse (regions[i], &error));
      g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
      g_assert_true (g_str_has_prefix (error->message, regions[i]));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (prompts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", prompts[i]);
      g_assert_null (upscale_tile_prompts_parse (prompts[i], &error));
      g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
    }
}

static char *
repeat (const char *line, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, line);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* A document of a stranger may hold any text. */
static void
test_texts_without_end_are_refused (void)
{
  g_autofree char *long_text = repeat ("x", UPSCALE_MAX_TILE_TEXT_CHARS + 1);
  g_autofree char *long_prompt = g_strconcat ("1,1|", long_text, NULL);
  g_autofree char *long_region = g_strconcat ("Sky|", long_text, NULL);
  g_autofree char *many_regions = repeat ("Sky\n", UPSCALE_MAX_REGIONS + 1);
  g_autofree char *many_bytes = repeat ("\n", UPSCALE_MAX_WHERE_BYTES + 1);

  g_assert_null (upscale_tile_prompts_parse (long_prompt, NULL));
  g_assert_null (upscale_region_list_parse (long_region, NULL));
  g_assert_null (upscale_region_list_parse (many_regions, NULL));
  g_assert_null (upscale_region_list_parse (many_bytes, NULL));
  g_assert_null (upscale_tile_prompts_parse (many_bytes, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fields/joined-fields-are-split-again",
                   test_joined_fields_are_split_again);
  g_test_add_func ("/fields/regions-survive-as-text", test_regions_survive_as_text);
  g_test_add_func ("/fields/tile-prompts-survive-as-text",
                   test_tile_prompts_survive_as_text);
  g_test_add_func ("/fields/wrong-lines-are-named", test_wrong_lines_are_named);
  g_test_add_func ("/fields/texts-without-end-are-refused",
                   test_texts_without_end_are_refused);
  return g_test_run ();
}
