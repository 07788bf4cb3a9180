/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-arguments.h"

#include <glib/gi18n.h>

#include "upscale-error.h"
#include "upscale-file.h"
#include "upscale-picture-file.h"

#define SIZE_STEP_PX 64
#define MAX_BATCH_SIZE 1000
#define MAX_REFERENCE_BYTES (32 * 1024 * 1024)
#define PROBE_PX 64

/**
 * upscale_arguments_free:
 * @arguments: (transfer full): arguments
 */
void
upscale_arguments_free (UpscaleArguments *arguments)
{
  g_clear_pointer (&arguments->gen_params, upscale_gen_params_unref);
  g_free (arguments->endpoints);
  g_free (arguments);
}

/* GIMP stores an empty default and reads it back as NULL. */
static char *
dup_text (GimpProcedureConfig *config, const char *name)
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
 * A server's file, such as `smb:` has, is refused even where GVfs shows it in a folder:
 * reading it may take for ever.
 *
 * Returns: (transfer full): its bytes, or %NULL with %UPSCALE_ERROR_ARGUMENT when it is
 * no regular file of this computer, or too large
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
read_ip_adapter_image (GimpProcedureConfig *config,
                       UpscaleGenParams    *gen_params,
                       GError             **error)
{
  g_autoptr (GFile) file = NULL;

  g_object_get (config, "ip-adapter-image", &file, NULL);
  if (file)
    gen_params->ip_adapter_image = upscale_arguments_read_reference (file, error);
  return !file || gen_params->ip_adapter_image;
}

static gboolean
read_gen_params (GimpProcedureConfig *config, UpscaleArguments *arguments, GError **error)
{
  UpscaleGenParams *gen_params = arguments->gen_params;
  g_autofree char  *loras = dup_text (config, "loras");
  int               seed = 0;

  replace_text (&gen_params->prompt, dup_text (config, "prompt"));
  replace_text (&gen_params->negative_prompt, dup_text (config, "negative-prompt"));
  replace_text (&gen_params->model, dup_text (config, "model"));
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

/* A number in the environment stands in where the argument was left alone. */
static gboolean
read_batch_size (UpscalePolicy *policy, GError **error)
{
  const char *text = g_getenv ("UPSCALE_BATCH_SIZE");
  gint64      size = 0;

  if (policy->batch_size != 0 || !text || *text == '\0')
    return TRUE;
  if (!g_ascii_string_to_signed (text, 10, 0, MAX_BATCH_SIZE, &size, NULL))
    {
      g_set_error (
          error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
          _ ("UPSCALE_BATCH_SIZE is '%s': set it to a number from 0 to %d, or unset it."),
          text, MAX_BATCH_SIZE);
      return FALSE;
    }
  policy->batch_size = (int) size;
  return TRUE;
}

static gboolean
read_policy (GimpProcedureConfig *config, UpscaleArguments *arguments, GError **error)
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
check_multiple (int size_px, const char *what, GError **error)
{
  if (size_px % SIZE_STEP_PX == 0)
    return TRUE;
  g_set_error (error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
               _ ("The %s is %d px: choose a multiple of %d, for example %d."), what,
               size_px, SIZE_STEP_PX,
               size_px / SIZE_STEP_PX * SIZE_STEP_PX + SIZE_STEP_PX);
  return FALSE;
}

static gboolean
read_geometry (GimpProcedureConfig *config, UpscaleArguments *arguments, GError **error)
{
  g_object_get (config, "scale", &arguments->scale, "tile-size", &arguments->tile_px,
                "overlap", &arguments->overlap_px, "color-correction",
                &arguments->color_correction, "resize-canvas", &arguments->resize_canvas,
                "repaint-selection", &arguments->repaint_selection, NULL);
  return check_multiple (arguments->tile_px, _ ("tile size"), error) &&
         check_multiple (arguments->gen_params->generation_px, _ ("generation size"),
                         error);
}

/**
 * upscale_arguments_new:
 * @config: the procedure's arguments
 * @error: return location for an error
 *
 * Reads and checks what the caller gave; GIMP checks little of it for callers through the
 * PDB.
 *
 * Returns: (transfer full): the arguments, or %NULL with %UPSCALE_ERROR_ARGUMENT
 */
UpscaleArguments *
upscale_arguments_new (GimpProcedureConfig *config, GError **error)
{
  g_autoptr (UpscaleArguments) arguments = g_new0 (UpscaleArguments, 1);

  arguments->gen_params = upscale_gen_params_new ();
  arguments->endpoints = g_strstrip (dup_text (config, "endpoints"));
  if (!read_gen_params (config, arguments, error) ||
      !read_policy (config, arguments, error) ||
      !read_geometry (config, arguments, error))
    return NULL;
  return g_steal_pointer (&arguments);
}

/**
 * upscale_arguments_check_reference:
 * @arguments: arguments
 * @error: return location for an error
 *
 * Decodes the reference picture, which can take a second, so that a file that is none
 * does not fail at each tile.
 *
 * Returns: %TRUE if there is no reference, or one that can be read; else %FALSE with
 * %UPSCALE_ERROR_ARGUMENT
 */
gboolean
upscale_arguments_check_reference (const UpscaleArguments *arguments, GError **error)
{
  GBytes *file = arguments->gen_params->ip_adapter_image;
  g_autoptr (UpscalePixels) pixels =
      file ? upscale_picture_file_decode_small (file, PROBE_PX, NULL) : NULL;

  if (!file || pixels)
    return TRUE;
  g_set_error_literal (
      error, UPSCALE_ERROR, UPSCALE_ERROR_ARGUMENT,
      _ ("The IP-Adapter picture is damaged, or no picture: choose a PNG, JPEG or WebP "
         "file."));
  return FALSE;
}
