/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-arguments.h"

#include <glib/gi18n.h>

#include "upscale-argument-table.h"
#include "upscale-error.h"
#include "upscale-file.h"
#include "upscale-picture-file.h"
#include "upscale-region-list.h"
#include "upscale-tile-prompts.h"

#define MAX_REFERENCE_BYTES (32 * 1024 * 1024)
#define PROBE_PX 64

/**
 * upscale_arguments_free:
 * @arguments: (transfer full): arguments
 */
void
upscale_arguments_free (UpscaleArguments *arguments)
{
  g_return_if_fail (arguments != NULL);

  g_clear_pointer (&arguments->gen_params, upscale_gen_params_unref);
  g_free (arguments->endpoints);
  g_clear_pointer (&arguments->regions, g_ptr_array_unref);
  g_clear_pointer (&arguments->tile_prompts, g_ptr_array_unref);
  g_free (arguments);
}

/* GIMP 3.0 stores an empty default in its list of plug-ins and reads it back as NULL. */
static char *
dup_text (GObject *config, const char *name)
{
  char *text = NULL;

  g_object_get (config, name, &text, NULL);
  return text ? text : g_strdup ("");
}

static void
replace_text (char **text, char *replacement)
{
  g_free (*text);
  *text = replacement;
}

/**
 * upscale_arguments_read_reference:
 * @file: the reference picture for IP-Adapter
 * @error: return location for an error
 *
 * Reads the file as it is, without decoding it. Refuses files of servers, such as `smb:`,
 * even where GVfs mounts them in a folder: reading them can block without end.
 *
 * Returns: (transfer full): the bytes of @file, or %NULL with %UPSCALE_ERROR_ARGUMENT if
 * @file is too large or no regular file of this computer
 */
GBytes *
upscale_arguments_read_reference (GFile *file, GError **error)
{
  g_autoptr (GError) cause = NULL;
  GBytes *bytes = NULL;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  if (!g_file_is_native (file))
    {
      g_autofree char *scheme = g_file_get_uri_scheme (file);

      g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                   _ ("The IP-Adapter picture can't be read from '%s:': save it on this "
                      "computer and choose it there."),
                   scheme ? scheme : "");
      return NULL;
    }
  bytes = upscale_file_read (g_file_peek_path (file), MAX_REFERENCE_BYTES, &cause);
  if (!bytes)
    g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
                 _ ("The IP-Adapter picture can't be read: %s. Choose another file."),
                 cause->message);
  return bytes;
}

static gboolean
read_ip_adapter_image (GObject *config, UpscaleGenParams *gen_params, GError **error)
{
  g_autoptr (GFile) file = NULL;

  g_object_get (config, "ip-adapter-image", &file, NULL);
  if (file)
    gen_params->ip_adapter_image = upscale_arguments_read_reference (file, error);
  return !file || gen_params->ip_adapter_image;
}

static gboolean
read_gen_params (GObject *config, UpscaleArguments *arguments, GError **error)
{
  UpscaleGenParams *gen_params = arguments->gen_params;
  g_autofree char  *loras = dup_text (config, "loras");
  int               seed = 0;

  replace_text (&gen_params->prompt, dup_text (config, "prompt"));
  replace_text (&gen_params->negative_prompt, dup_text (config, "negative-prompt"));
  replace_text (&gen_params->model, dup_text (config, "model"));
  replace_text (&gen_params->sampler, g_strstrip (dup_text (config, "sampler")));
  replace_text (&gen_params->scheduler, g_strstrip (dup_text (config, "scheduler")));
  g_object_get (config, "strength", &gen_params->strength, "steps", &gen_params->steps,
                "cfg-scale", &gen_params->cfg_scale, "seed", &seed, "generation-size",
                &gen_params->generation_px, "controlnet-enabled",
                &gen_params->controlnet_enabled, "conditioning-scale",
                &gen_params->conditioning_scale, "ip-adapter-scale",
                &gen_params->ip_adapter_scale, NULL);
  gen_params->seed = seed;
  return upscale_gen_params_parse_loras (gen_params, loras, error) &&
         read_ip_adapter_image (config, gen_params, error);
}

/* The environment variable replaces the default, for scripts that cannot set arguments.
 */
static gboolean
read_batch_size (UpscalePolicy *policy, GError **error)
{
  const char *text = g_getenv ("UPSCALE_BATCH_SIZE");
  int         most = (int) upscale_argument_table_find ("batch-size")->most;
  gint64      size = 0;

  if (policy->batch_size != 0 || !text || *text == '\0')
    return TRUE;
  if (!g_ascii_string_to_signed (text, 10, 0, most, &size, NULL))
    {
      g_set_error (
          error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
          _ ("UPSCALE_BATCH_SIZE is '%s': set it to a number from 0 to %d, or unset it."),
          text, most);
      return FALSE;
    }
  policy->batch_size = (int) size;
  return TRUE;
}

static gboolean
read_policy (GObject *config, UpscaleArguments *arguments, GError **error)
{
  UpscalePolicy *policy = &arguments->policy;
  int            timeout_s = 0;
  int            retries = 0;

  g_object_get (config, "batch-size", &policy->batch_size, "sequential-below",
                &policy->sequential_below, "batch-timeout", &timeout_s, "retries",
                &retries, NULL);
  policy->batch_timeout_us = timeout_s * (gint64) G_USEC_PER_SEC;
  policy->max_tries = retries + 1;
  return read_batch_size (policy, error);
}

static gboolean
check_multiple (int size_px, const char *argument, const char *label, GError **error)
{
  int multiple_px = upscale_argument_table_find (argument)->multiple_of;

  if (size_px % multiple_px == 0)
    return TRUE;
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
               _ ("The %s is %d px: choose a multiple of %d, for example %d."), label,
               size_px, multiple_px, (size_px / multiple_px + 1) * multiple_px);
  return FALSE;
}

static gboolean
read_geometry (GObject *config, UpscaleArguments *arguments, GError **error)
{
  g_object_get (config, "scale", &arguments->scale, "tile-size", &arguments->tile_px,
                "overlap", &arguments->overlap_px, "color-correction",
                &arguments->color_correction, "resize-canvas", &arguments->resize_canvas,
                "plain-enlargement", &arguments->keep_plain, "repaint-selection",
                &arguments->repaint_selection, "ignore-selection",
                &arguments->ignore_selection, NULL);
  return check_multiple (arguments->tile_px, "tile-size", _ ("tile size"), error) &&
         check_multiple (arguments->gen_params->generation_px, "generation-size",
                         _ ("generation size"), error);
}

static gboolean
read_where (GObject *config, UpscaleArguments *arguments, GError **error)
{
  g_autofree char *regions = dup_text (config, "regions");
  g_autofree char *tile_prompts = dup_text (config, "tile-prompts");

  g_object_get (config, "region-share", &arguments->region_share, NULL);
  arguments->regions = upscale_region_list_parse (regions, error);
  if (!arguments->regions)
    return FALSE;
  arguments->tile_prompts = upscale_tile_prompts_parse (tile_prompts, error);
  return arguments->tile_prompts != NULL;
}

/**
 * upscale_arguments_new:
 * @config: an object with the arguments of the table as properties
 * @error: return location for an error
 *
 * Reads and checks the arguments. GIMP checks only ranges, and only some of them for
 * callers through the PDB.
 *
 * Returns: (transfer full): the arguments, or %NULL with %UPSCALE_ERROR_ARGUMENT
 */
UpscaleArguments *
upscale_arguments_new (GObject *config, GError **error)
{
  g_autoptr (UpscaleArguments) arguments = NULL;

  g_return_val_if_fail (G_IS_OBJECT (config), NULL);

  arguments = g_new0 (UpscaleArguments, 1);
  arguments->gen_params = upscale_gen_params_new ();
  arguments->endpoints = g_strstrip (dup_text (config, "endpoints"));
  if (!read_gen_params (config, arguments, error) ||
      !read_policy (config, arguments, error) ||
      !read_geometry (config, arguments, error) || !read_where (config, arguments, error))
    return NULL;
  return g_steal_pointer (&arguments);
}

/**
 * upscale_arguments_check_reference:
 * @arguments: arguments
 * @error: return location for an error
 *
 * Decodes the reference picture, which can take a second. A damaged file would fail every
 * tile, so the run refuses the file before the first tile.
 *
 * Returns: %TRUE if there is no reference picture, or if it can be decoded; %FALSE with
 * %UPSCALE_ERROR_ARGUMENT otherwise
 */
gboolean
upscale_arguments_check_reference (const UpscaleArguments *arguments, GError **error)
{
  g_autoptr (UpscalePixels) pixels = NULL;
  GBytes *file;

  g_return_val_if_fail (arguments != NULL, FALSE);

  file = arguments->gen_params->ip_adapter_image;
  if (file)
    pixels = upscale_picture_file_decode_small (file, PROBE_PX, NULL);
  if (!file || pixels)
    return TRUE;
  g_set_error_literal (
      error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
      _ ("The IP-Adapter picture is damaged, or no picture: choose a PNG, JPEG or WebP "
         "file."));
  return FALSE;
}
