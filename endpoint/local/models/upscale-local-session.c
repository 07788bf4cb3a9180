/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-local-session.h"

#include "upscale-local-model-file.h"
#include "upscale-local-runtime.h"
#include "upscale-local-tensor.h"

#include <gio/gio.h>
#include <string.h>

#define RANK 4

/**
 * UpscaleLocalSession:
 *
 * A model opened by ONNX Runtime. A run uses one thread, as the endpoint has one worker
 * per core. May be run from many threads at once.
 */
struct _UpscaleLocalSession
{
  const OrtApi            *api;
  OrtSession              *session;
  OrtMemoryInfo           *memory;
  char                    *input_name;
  char                    *output_name;
  UpscaleLocalTensorForm   form;
  UpscaleLocalSessionInput input;
};

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, sentence);
  return FALSE;
}

/* Keeps the first line of a message, which names the problem. The others are details. */
static gboolean
check (const OrtApi *api, OrtStatus *status, GError **error)
{
  g_auto (GStrv) lines = NULL;

  if (!status)
    return TRUE;
  lines = g_strsplit (api->GetErrorMessage (status), "\n", 2);
  if (lines[0] && strstr (lines[0], "bad_alloc"))
    refuse (error, "it needs more memory than it may have");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "ONNX Runtime says: %s",
                 lines[0] ? lines[0] : "");
  api->ReleaseStatus (status);
  return FALSE;
}

/* Ignores failures: without a GPU the session runs on the processor. */
static void
drop (const OrtApi *api, OrtStatus *status)
{
  if (status)
    api->ReleaseStatus (status);
}

static void
append_cuda (const OrtApi *api, OrtSessionOptions *options)
{
  OrtCUDAProviderOptionsV2 *cuda = NULL;

  drop (api, api->CreateCUDAProviderOptions (&cuda));
  if (!cuda)
    return;
  drop (api, api->SessionOptionsAppendExecutionProvider_CUDA_V2 (options, cuda));
  api->ReleaseCUDAProviderOptions (cuda);
}

static void
append_rocm (const OrtApi *api, OrtSessionOptions *options)
{
  OrtROCMProviderOptions *rocm = NULL;

  drop (api, api->CreateROCMProviderOptions (&rocm));
  if (!rocm)
    return;
  drop (api, api->SessionOptionsAppendExecutionProvider_ROCM (options, rocm));
  api->ReleaseROCMProviderOptions (rocm);
}

static void
append_gpu_providers (const OrtApi *api, OrtSessionOptions *options)
{
  char **names = NULL;
  int    n = 0;

  drop (api, api->GetAvailableProviders (&names, &n));
  for (int i = 0; i < n; i++)
    {
      if (g_str_equal (names[i], "CUDAExecutionProvider"))
        append_cuda (api, options);
      else if (g_str_equal (names[i], "ROCMExecutionProvider"))
        append_rocm (api, options);
    }
  if (names)
    drop (api, api->ReleaseAvailableProviders (names, n));
}

static gboolean
load (UpscaleLocalSession       *self,
      const UpscaleLocalRuntime *runtime,
      GBytes                    *model,
      GError                   **error)
{
  const OrtApi      *api = self->api;
  OrtSessionOptions *options = NULL;
  gboolean           is_loaded;

  if (!check (api,
              api->CreateCpuMemoryInfo (OrtDeviceAllocator, OrtMemTypeDefault,
                                        &self->memory),
              error) ||
      !check (api, api->CreateSessionOptions (&options), error))
    return FALSE;
  /* Otherwise ONNX Runtime detects the format by the bytes, and its own format can
   * name files too. */
  drop (api, api->AddSessionConfigEntry (options, "session.load_model_format", "ONNX"));
  drop (api, api->SetIntraOpNumThreads (options, 1));
  drop (api, api->SetInterOpNumThreads (options, 1));
  /* The arena never returns memory to the system. */
  drop (api, api->DisableCpuMemArena (options));
  append_gpu_providers (api, options);
  is_loaded =
      check (api, upscale_local_runtime_open (runtime, model, options, &self->session),
             error);
  api->ReleaseSessionOptions (options);
  return is_loaded;
}

static gboolean
read_names (UpscaleLocalSession *self, GError **error)
{
  const OrtApi *api = self->api;
  OrtAllocator *allocator = NULL;
  size_t        n_inputs = 0;
  size_t        n_outputs = 0;

  if (!check (api, api->SessionGetInputCount (self->session, &n_inputs), error) ||
      !check (api, api->SessionGetOutputCount (self->session, &n_outputs), error) ||
      !check (api, api->GetAllocatorWithDefaultOptions (&allocator), error))
    return FALSE;
  if (n_inputs != 1 || n_outputs < 1)
    return refuse (error, "it must take one picture, and takes other things too");
  return check (api,
                api->SessionGetInputName (self->session, 0, allocator, &self->input_name),
                error) &&
         check (api,
                api->SessionGetOutputName (self->session, 0, allocator,
                                           &self->output_name),
                error);
}

static gboolean
is_color_count (gint64 n)
{
  return n == 1 || n == UPSCALE_LOCAL_PICTURE_CHANNELS;
}

/* A picture as a tensor has four dimensions: batch (1), and height, width and channels
 * in one of two orders. */
static gboolean
take_dimensions (UpscaleLocalSession *self, const gint64 *dimensions, GError **error)
{
  gboolean is_interleaved =
      !is_color_count (dimensions[1]) && is_color_count (dimensions[3]);
  gint64 n_channels = dimensions[is_interleaved ? 3 : 1];
  gint64 height_px = dimensions[is_interleaved ? 1 : 2];
  gint64 width_px = dimensions[is_interleaved ? 2 : 3];

  if (dimensions[0] > 1)
    return refuse (error, "it takes several pictures at once; export it for one");
  if (n_channels > 0 && !is_color_count (n_channels))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "it takes pictures of %" G_GINT64_FORMAT
                   " channels; 3 (R, G, B) or 1 (luma) are possible",
                   n_channels);
      return FALSE;
    }
  self->form.is_interleaved = is_interleaved;
  self->form.n_channels =
      n_channels > 0 ? (int) n_channels : UPSCALE_LOCAL_PICTURE_CHANNELS;
  self->input.n_channels = self->form.n_channels;
  self->input.width_px = width_px > 0 ? (int) MIN (width_px, G_MAXINT) : 0;
  self->input.height_px = height_px > 0 ? (int) MIN (height_px, G_MAXINT) : 0;
  return TRUE;
}

static gboolean
take_type (ONNXTensorElementDataType type, gboolean *is_half, GError **error)
{
  *is_half = type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
  if (*is_half || type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)
    return TRUE;
  return refuse (error, "its numbers are neither float nor half; export it as one of "
                        "them, for values from 0 to 1");
}

static gboolean
read_tensor (const OrtApi                    *api,
             const OrtTensorTypeAndShapeInfo *info,
             gint64                          *dimensions,
             gboolean                        *is_half,
             GError                         **error)
{
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  size_t                    rank = 0;

  if (!check (api, api->GetTensorElementType (info, &type), error) ||
      !take_type (type, is_half, error) ||
      !check (api, api->GetDimensionsCount (info, &rank), error))
    return FALSE;
  if (rank != RANK)
    return refuse (error, "it does not take and give pictures: their tensors have four "
                          "dimensions");
  return check (api, api->GetDimensions (info, dimensions, RANK), error);
}

static gboolean
read_input (UpscaleLocalSession *self, GError **error)
{
  const OrtApi                    *api = self->api;
  OrtTypeInfo                     *type = NULL;
  const OrtTensorTypeAndShapeInfo *info = NULL;
  gint64                           dimensions[RANK] = { 0 };
  gboolean                         is_read = FALSE;

  if (!check (api, api->SessionGetInputTypeInfo (self->session, 0, &type), error))
    return FALSE;
  if (check (api, api->CastTypeInfoToTensorInfo (type, &info), error))
    is_read = info ? read_tensor (api, info, dimensions, &self->form.is_half, error)
                   : refuse (error, "it does not take a picture");
  api->ReleaseTypeInfo (type);
  return is_read && take_dimensions (self, dimensions, error);
}

/**
 * upscale_local_session_is_supported:
 *
 * Returns: %TRUE if models can be opened
 */
gboolean
upscale_local_session_is_supported (void)
{
  return upscale_local_runtime_get () != NULL;
}

/**
 * upscale_local_session_open:
 * @path: an ONNX file
 * @error: return location for an error
 *
 * Opens a model, on a GPU where the installed runtime can use one, without running it.
 * ONNX Runtime gets the model from memory, without a path, so it can open no other file.
 *
 * Returns: (transfer full): the session, or %NULL with the problem of the model, the end
 * of a sentence
 */
UpscaleLocalSession *
upscale_local_session_open (const char *path, GError **error)
{
  g_autoptr (UpscaleLocalSession) self = g_new0 (UpscaleLocalSession, 1);
  g_autoptr (GBytes) model = NULL;
  const UpscaleLocalRuntime *runtime = upscale_local_runtime_get ();

  g_return_val_if_fail (path != NULL, NULL);

  if (!runtime)
    {
      refuse (error, "ONNX Runtime is not installed, or is older than the one this "
                     "endpoint was built for");
      return NULL;
    }
  self->api = runtime->api;
  model = upscale_local_model_file_read (path, error);
  if (!model || !load (self, runtime, model, error) || !read_names (self, error) ||
      !read_input (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
free_name (const UpscaleLocalSession *self, char *name)
{
  OrtAllocator *allocator = NULL;

  drop (self->api, self->api->GetAllocatorWithDefaultOptions (&allocator));
  if (name && allocator)
    drop (self->api, self->api->AllocatorFree (allocator, name));
}

/**
 * upscale_local_session_free:
 * @session: (transfer full): a session
 */
void
upscale_local_session_free (UpscaleLocalSession *session)
{
  const OrtApi *api;

  g_return_if_fail (session != NULL);

  api = session->api;
  if (api)
    {
      free_name (session, session->input_name);
      free_name (session, session->output_name);
      g_clear_pointer (&session->session, api->ReleaseSession);
      g_clear_pointer (&session->memory, api->ReleaseMemoryInfo);
    }
  g_free (session);
}

/**
 * upscale_local_session_get_input:
 * @session: a session
 *
 * Returns: the input that the model requires
 */
UpscaleLocalSessionInput
upscale_local_session_get_input (const UpscaleLocalSession *session)
{
  g_return_val_if_fail (session != NULL, (UpscaleLocalSessionInput) { 0 });

  return session->input;
}

static GPtrArray *
unpack (const UpscaleLocalSession *self, OrtValue *output, GError **error)
{
  const OrtApi              *api = self->api;
  UpscaleLocalTensorForm     form = self->form;
  OrtTensorTypeAndShapeInfo *info = NULL;
  gint64                     size[RANK];
  gboolean                   is_read;
  void                      *data = NULL;

  if (!check (api, api->GetTensorTypeAndShape (output, &info), error))
    return NULL;
  is_read = read_tensor (api, info, size, &form.is_half, error);
  api->ReleaseTensorTypeAndShapeInfo (info);
  if (!is_read || !check (api, api->GetTensorMutableData (output, &data), error))
    return NULL;
  if (size[0] != 1 || size[form.is_interleaved ? 3 : 1] != form.n_channels)
    {
      refuse (error, "its output is not one picture with as many channels as its input");
      return NULL;
    }
  return upscale_local_tensor_unpack (form, data, (int) size[form.is_interleaved ? 2 : 3],
                                      (int) size[form.is_interleaved ? 1 : 2]);
}

static OrtValue *
run (const UpscaleLocalSession *self, OrtValue *input, GError **error)
{
  OrtValue *output = NULL;

  if (check (self->api,
             self->api->Run (self->session, NULL,
                             (const char *const[]) { self->input_name },
                             (const OrtValue *const[]) { input }, 1,
                             (const char *const[]) { self->output_name }, 1, &output),
             error))
    return output;
  return NULL;
}

/**
 * upscale_local_session_run:
 * @session: a session
 * @planes: (element-type UpscaleLocalPlane): one plane for each channel of the model, of
 * one size
 * @error: return location for an error
 *
 * Runs the model once, on the calling thread.
 *
 * Returns: (transfer full) (element-type UpscaleLocalPlane): the result, or %NULL
 */
GPtrArray *
upscale_local_session_run (const UpscaleLocalSession *session,
                           GPtrArray                 *planes,
                           GError                   **error)
{
  const OrtApi            *api = session->api;
  const UpscaleLocalPlane *first = planes->pdata[0];
  UpscaleLocalTensorForm   form = session->form;
  gint64     apart[RANK] = { 1, form.n_channels, first->height_px, first->width_px };
  gint64     together[RANK] = { 1, first->height_px, first->width_px, form.n_channels };
  gsize      n_bytes = 0;
  OrtValue  *input = NULL;
  OrtValue  *output = NULL;
  GPtrArray *answer = NULL;
  g_autofree void *data = upscale_local_tensor_pack (form, planes, &n_bytes);

  if (!check (api,
              api->CreateTensorWithDataAsOrtValue (
                  session->memory, data, n_bytes, form.is_interleaved ? together : apart,
                  RANK,
                  form.is_half ? ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16
                               : ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
                  &input),
              error))
    return NULL;
  output = run (session, input, error);
  api->ReleaseValue (input);
  if (!output)
    return NULL;
  answer = unpack (session, output, error);
  api->ReleaseValue (output);
  return answer;
}
