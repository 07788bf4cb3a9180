/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upscale-sampler-choice.h"

#include <string.h>

#define N_MANY 20000

/* Names as servers list them: AUTOMATIC1111 1.10 and 1.6, ComfyUI 0.3,
 * stable-diffusion.cpp
 * (`/sdcpp/v1/capabilities`), and samplers.py of endpoint/diffusion. */
static const char *const webui[] = { "DPM++ 2M",   "DPM++ SDE",    "DPM++ 2M SDE",
                                     "DPM++ 2S a", "Euler a",      "Euler",
                                     "DPM2",       "DPM2 a",       "Heun",
                                     "LCM",        "DPM++ 3M SDE", NULL };
static const char *const webui_schedulers[] = { "automatic",   "uniform",     "karras",
                                                "exponential", "sgm_uniform", NULL };
static const char *const old_webui[] = { "Euler a",         "Euler",       "DPM++ 2M",
                                         "DPM++ 2M Karras", "DPM2 Karras", NULL };
static const char *const comfyui[] = {
  "euler",           "euler_ancestral",    "heun",      "dpm_2",
  "dpm_2_ancestral", "dpmpp_2s_ancestral", "dpmpp_sde", "dpmpp_2m",
  "dpmpp_2m_sde",    "dpmpp_3m_sde",       "lcm",       NULL
};
static const char *const comfyui_schedulers[] = { "normal", "karras", "exponential",
                                                  "sgm_uniform", NULL };
static const char *const sdcpp[] = { "euler", "euler_a", "heun",      "dpm2",
                                     "lcm",   "dpm++2m", "dpm++2s_a", NULL };
static const char *const service[] = { "euler",    "euler a",         "heun",
                                       "dpm++ 2m", "dpm++ 2m karras", NULL };

static char *
find (const char        *sampler,
      const char        *scheduler,
      const char *const *samplers,
      const char *const *schedulers)
{
  UpscaleSamplerChoice found;
  UpscaleSamplerChoice wanted = { sampler, scheduler };

  return upscale_sampler_choice_find (wanted, samplers, schedulers, &found)
             ? g_strdup_printf ("%s|%s", found.sampler, found.scheduler)
             : g_strdup ("none");
}

static const struct
{
  const char        *sampler;
  const char        *scheduler;
  const char *const *samplers;
  const char *const *schedulers;
  const char        *expected;
} cases[] = {
  { .sampler = "dpmpp_2m",
    .scheduler = "karras",
    .samplers = webui,
    .schedulers = webui_schedulers,
    .expected = "DPM++ 2M|karras" },
  { .sampler = "dpmpp_2m",
    .scheduler = "Karras",
    .samplers = old_webui,
    .expected = "DPM++ 2M Karras|" },
  { .sampler = "DPM++ 2M Karras",
    .scheduler = "",
    .samplers = webui,
    .schedulers = webui_schedulers,
    .expected = "DPM++ 2M|karras" },
  { .sampler = "DPM++ 2M Karras",
    .scheduler = "",
    .samplers = comfyui,
    .schedulers = comfyui_schedulers,
    .expected = "dpmpp_2m|karras" },
  { .sampler = "dpm++2m",
    .scheduler = "karras",
    .samplers = service,
    .expected = "dpm++ 2m karras|" },
  { .sampler = "", .scheduler = "", .samplers = webui, .expected = "|" },
  { .sampler = "",
    .scheduler = "SGM Uniform",
    .samplers = webui,
    .schedulers = webui_schedulers,
    .expected = "|sgm_uniform" },
  /* A server without a choice of schedules would ignore one silently. */
  { .sampler = "Euler a",
    .scheduler = "karras",
    .samplers = old_webui,
    .expected = "none" },
  { .sampler = "", .scheduler = "karras", .samplers = old_webui, .expected = "none" },
  { .sampler = "restart",
    .scheduler = "",
    .samplers = comfyui,
    .schedulers = comfyui_schedulers,
    .expected = "none" },
  { .sampler = "euler",
    .scheduler = "beta",
    .samplers = comfyui,
    .schedulers = comfyui_schedulers,
    .expected = "none" },
  /* Names of a server without lists stay as they are. */
  { .sampler = "Restart", .scheduler = "Beta", .expected = "Restart|Beta" },
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = find (cases[i].sampler, cases[i].scheduler,
                                     cases[i].samplers, cases[i].schedulers);

      g_assert_cmpstr (found, ==, cases[i].expected);
    }
}

/* Every name finds itself in its own list, so that no two names of a list fold alike. */
static void
test_names_find_themselves (void)
{
  const char *const *const lists[] = { webui, old_webui, comfyui, sdcpp, service };

  for (gsize list = 0; list < G_N_ELEMENTS (lists); list++)
    for (const char *const *name = lists[list]; *name; name++)
      {
        g_autofree char *upper = g_ascii_strup (*name, -1);
        g_autofree char *found = find (upper, "", lists[list], NULL);
        g_autofree char *expected = g_strdup_printf ("%s|", *name);

        g_assert_cmpstr (found, ==, expected);
      }
}

/* AUTOMATIC1111 has each sampler of ComfyUI and stable-diffusion.cpp, in its own
 * spelling. */
static void
test_spellings_meet (void)
{
  const char *const *const lists[] = { comfyui, sdcpp };

  for (gsize list = 0; list < G_N_ELEMENTS (lists); list++)
    for (const char *const *name = lists[list]; *name; name++)
      {
        g_autofree char *found = find (*name, "", webui, webui_schedulers);
        g_autofree char *sampler = g_strndup (found, strcspn (found, "|"));
        g_autofree char *back = NULL;
        g_autofree char *expected = g_strdup_printf ("%s|", *name);

        g_assert_cmpstr (found, !=, "none");
        back = find (sampler, "", lists[list], NULL);
        g_assert_cmpstr (back, ==, expected);
      }
}

static GStrv
make_names (const char *prefix)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (int i = 0; i < N_MANY; i++)
    g_strv_builder_take (names, g_strdup_printf ("%s %d", prefix, i));
  return g_strv_builder_end (names);
}

/* The lists are a server's, as long as it likes. Compared pair by pair, they would take
 * minutes, in which GIMP waits. */
static void
test_long_lists_take_no_time (void)
{
  g_auto (GStrv) samplers = make_names ("sampler");
  g_auto (GStrv) schedulers = make_names ("schedule");
  g_autofree char *last =
      g_strdup_printf ("Sampler %d Schedule %d", N_MANY - 1, N_MANY - 1);
  g_autofree char *expected =
      g_strdup_printf ("sampler %d|schedule %d", N_MANY - 1, N_MANY - 1);
  g_autofree char *found =
      find (last, "", (const char *const *) samplers, (const char *const *) schedulers);
  g_autofree char *none = find ("euler", "", (const char *const *) samplers,
                                (const char *const *) schedulers);

  g_assert_cmpstr (found, ==, expected);
  g_assert_cmpstr (none, ==, "none");
}

static void
test_text (void)
{
  g_autofree char *none =
      upscale_sampler_choice_dup_text ((UpscaleSamplerChoice) { "", "" });
  g_autofree char *one =
      upscale_sampler_choice_dup_text ((UpscaleSamplerChoice) { "euler", "" });
  g_autofree char *both =
      upscale_sampler_choice_dup_text ((UpscaleSamplerChoice) { "dpm++ 2m", "karras" });

  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (one, ==, "euler");
  g_assert_cmpstr (both, ==, "dpm++ 2m karras");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler-choice/cases", test_cases);
  g_test_add_func ("/sampler-choice/names-find-themselves", test_names_find_themselves);
  g_test_add_func ("/sampler-choice/spellings-meet", test_spellings_meet);
  g_test_add_func ("/sampler-choice/long-lists-take-no-time",
                   test_long_lists_take_no_time);
  g_test_add_func ("/sampler-choice/text", test_text);
  return g_test_run ();
}
