/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-error.h"
#include "upscale-gen-params.h"

typedef struct
{
  const char *text;
  int         n; /* -1: refused */
  const char *name;
  double      weight;
} LoraRow;

static const LoraRow rows[] = {
  { "", 0, NULL, 0 },
  { "detail:0.5", 1, "detail", 0.5 },
  { " detail : 0.5 ", 1, "detail", 0.5 },
  { "a:b:1", 1, "a:b", 1.0 },
  { "detail:-0.25,", 1, "detail", -0.25 },
  { "a:1, b:2", 2, "a", 1.0 },
  { "detail", -1, NULL, 0 },
  { "detail:", -1, NULL, 0 },
  { ":1", -1, NULL, 0 },
  { "detail:x", -1, NULL, 0 },
  { "detail:inf", -1, NULL, 0 },
};

static void
test_loras (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
      g_autoptr (GError) error = NULL;
      gboolean parsed = upscale_gen_params_parse_loras (gen_params, rows[i].text, &error);

      g_test_message ("'%s'", rows[i].text);
      g_assert_cmpint (parsed, ==, rows[i].n >= 0);
      if (!parsed)
        {
          g_assert_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT);
          continue;
        }
      g_assert_cmpint ((int) gen_params->loras->len, ==, rows[i].n);
      if (rows[i].n > 0)
        {
          g_assert_cmpstr (g_array_index (gen_params->loras, UpscaleLora, 0).name, ==,
                           rows[i].name);
          g_assert_cmpfloat (g_array_index (gen_params->loras, UpscaleLora, 0).weight, ==,
                             rows[i].weight);
        }
    }
}

static void
test_each_tile_has_its_own_seed (void)
{
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (gint64 base = 0; base < 3; base++)
    for (guint i = 0; i < 1000; i++)
      {
        gint64 *seed = g_new (gint64, 1);

        *seed = upscale_gen_params_derive_tile_seed (base, i);
        g_assert_cmpint (*seed, ==, upscale_gen_params_derive_tile_seed (base, i));
        g_assert_cmpint (*seed, >=, 0);
        g_assert_cmpint (*seed, <, G_GINT64_CONSTANT (1) << 53);
        g_assert_true (g_hash_table_add (seen, seed));
      }
}

static void
test_paths_are_told_from_names (void)
{
  static const char *const tested_names[] = {
    "", "fine", "sdxl/detail.safetensors", "SDXL\\detail", "a:b", "x..y", "v1.5/.hidden"
  };
  static const char *const tested_paths[] = {
    "/etc/passwd",        "~/model.onnx",   "~me/model.onnx", "C:\\model.onnx",
    "c:/model.onnx",      "\\\\nas\\model", "\\model",        "../model",
    "models/../../model", "a\\..\\b",       "./model",        "file:///etc/passwd",
    "smb://nas/model",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tested_names); i++)
    {
      g_autofree char *bare = upscale_gen_params_dup_bare_name (tested_names[i]);

      g_test_message ("%s", tested_names[i]);
      g_assert_false (upscale_gen_params_name_is_path (tested_names[i]));
      g_assert_cmpstr (bare, ==, tested_names[i]);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (tested_paths); i++)
    {
      g_autofree char *bare = upscale_gen_params_dup_bare_name (tested_paths[i]);

      g_test_message ("%s", tested_paths[i]);
      g_assert_true (upscale_gen_params_name_is_path (tested_paths[i]));
      g_assert_false (upscale_gen_params_name_is_path (bare));
      g_assert_true (g_str_has_suffix (tested_paths[i], bare));
    }
}

/* A bare name is no path, for any input. */
static void
test_a_bare_name_is_no_path (void)
{
  static const char letters[] = "/\\.:~aC ";

  for (int round = 0; round < 20000; round++)
    {
      char             text[12] = { 0 };
      g_autofree char *bare = NULL;

      for (int i = g_test_rand_int_range (0, sizeof text); i > 0; i--)
        text[i - 1] = letters[g_test_rand_int_range (0, sizeof letters - 1)];
      bare = upscale_gen_params_dup_bare_name (text);
      g_assert_false (upscale_gen_params_name_is_path (bare));
    }
}

typedef struct
{
  gsize offset;
  gsize size;
} Member;

#define MEMBER(name)                                                                     \
  { G_STRUCT_OFFSET (UpscaleGenParams, name), sizeof ((UpscaleGenParams *) NULL)->name }

static const Member members[] = {
  MEMBER (prompt),
  MEMBER (negative_prompt),
  MEMBER (strength),
  MEMBER (steps),
  MEMBER (cfg_scale),
  MEMBER (seed),
  MEMBER (generation_px),
  MEMBER (controlnet_enabled),
  MEMBER (conditioning_scale),
  MEMBER (ip_adapter_image),
  MEMBER (ip_adapter_scale),
  MEMBER (loras),
  MEMBER (model),
  MEMBER (sampler),
  MEMBER (scheduler),
  MEMBER (wants_captions),
};

static void
change_member (UpscaleGenParams *gen_params, gsize offset)
{
  gpointer member = G_STRUCT_MEMBER_P (gen_params, offset);

  switch (offset)
    {
    case G_STRUCT_OFFSET (UpscaleGenParams, prompt):
    case G_STRUCT_OFFSET (UpscaleGenParams, negative_prompt):
    case G_STRUCT_OFFSET (UpscaleGenParams, model):
    case G_STRUCT_OFFSET (UpscaleGenParams, sampler):
    case G_STRUCT_OFFSET (UpscaleGenParams, scheduler):
      g_set_str ((char **) member, "changed");
      return;
    case G_STRUCT_OFFSET (UpscaleGenParams, strength):
    case G_STRUCT_OFFSET (UpscaleGenParams, cfg_scale):
    case G_STRUCT_OFFSET (UpscaleGenParams, conditioning_scale):
    case G_STRUCT_OFFSET (UpscaleGenParams, ip_adapter_scale):
      *(double *) member += 0.125;
      return;
    case G_STRUCT_OFFSET (UpscaleGenParams, steps):
    case G_STRUCT_OFFSET (UpscaleGenParams, generation_px):
      *(int *) member += 1;
      return;
    case G_STRUCT_OFFSET (UpscaleGenParams, controlnet_enabled):
      gen_params->controlnet_enabled = FALSE;
      return;
    case G_STRUCT_OFFSET (UpscaleGenParams, wants_captions):
      gen_params->wants_captions = TRUE;
      return;
    case G_STRUCT_OFFSET (UpscaleGenParams, seed):
      gen_params->seed += 1;
      return;
    case G_STRUCT_OFFSET (UpscaleGenParams, ip_adapter_image):
      g_bytes_unref (gen_params->ip_adapter_image);
      gen_params->ip_adapter_image = g_bytes_new_static ("changed", 7);
      return;
    case G_STRUCT_OFFSET (UpscaleGenParams, loras):
      upscale_gen_params_add_lora (gen_params, "changed", 1.0);
      return;
    default:
      g_assert_not_reached ();
    }
}

/* With all guides in use. */
static char *
digest_changed (gsize changed_offset)
{
  g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  gen_params->controlnet_enabled = TRUE;
  gen_params->ip_adapter_image = g_bytes_new_static ("image", 5);
  if (changed_offset != G_MAXSIZE)
    change_member (gen_params, changed_offset);
  upscale_gen_params_digest_shared (gen_params, checksum);
  upscale_gen_params_digest_own (gen_params, checksum);
  return g_strdup (g_checksum_get_string (checksum));
}

/* A member that is not digested makes the cache return tiles of other parameters. */
static void
test_digest_holds_all_members_but_the_seed (void)
{
  g_autofree char *plain = digest_changed (G_MAXSIZE);

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autofree char *changed = digest_changed (members[i].offset);
      gboolean is_seed = members[i].offset == G_STRUCT_OFFSET (UpscaleGenParams, seed);

      g_test_message ("member at %" G_GSIZE_FORMAT, members[i].offset);
      g_assert_cmpint (g_str_equal (plain, changed), ==, is_seed);
    }
}

static void
test_copy_holds_all_members (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_autoptr (UpscaleGenParams) gen_params = upscale_gen_params_new ();
      g_autoptr (UpscaleGenParams) copy = NULL;
      g_autoptr (GChecksum) expected = g_checksum_new (G_CHECKSUM_SHA256);
      g_autoptr (GChecksum) digest = g_checksum_new (G_CHECKSUM_SHA256);

      gen_params->controlnet_enabled = TRUE;
      gen_params->ip_adapter_image = g_bytes_new_static ("image", 5);
      change_member (gen_params, members[i].offset);
      copy = upscale_gen_params_copy (gen_params);
      upscale_gen_params_digest_shared (gen_params, expected);
      upscale_gen_params_digest_own (gen_params, expected);
      upscale_gen_params_digest_shared (copy, digest);
      upscale_gen_params_digest_own (copy, digest);
      g_test_message ("member at %" G_GSIZE_FORMAT, members[i].offset);
      g_assert_cmpstr (g_checksum_get_string (digest), ==,
                       g_checksum_get_string (expected));
      g_assert_cmpint (copy->seed, ==, gen_params->seed);
    }
}

/* Fails when a member was added that the table above lacks, except one that fits into the
 * padding. */
static void
test_table_lists_all_members (void)
{
  gsize end = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      g_assert_cmpuint (members[i].offset, >=, end);
      g_assert_cmpuint (members[i].offset - end, <, sizeof (gint64));
      end = members[i].offset + members[i].size;
    }
  g_assert_cmpuint (sizeof (UpscaleGenParams) - end, <, sizeof (gint64));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gen_params/loras", test_loras);
  g_test_add_func ("/gen_params/each-tile-has-its-own-seed",
                   test_each_tile_has_its_own_seed);
  g_test_add_func ("/gen_params/paths-are-told-from-names",
                   test_paths_are_told_from_names);
  g_test_add_func ("/gen_params/a-bare-name-is-no-path", test_a_bare_name_is_no_path);
  g_test_add_func ("/gen_params/digest-holds-all-members-but-the-seed",
                   test_digest_holds_all_members_but_the_seed);
  g_test_add_func ("/gen_params/copy-holds-all-members", test_copy_holds_all_members);
  g_test_add_func ("/gen_params/table-lists-all-members", test_table_lists_all_members);
  return g_test_run ();
}
