; SPDX-License-Identifier: GPL-3.0-or-later
; Calls the procedure with an endpoint that nobody has configured.

(let* ((image (car (gimp-image-new 64 48 RGB)))
       (layer (car (gimp-layer-new image "source" 64 48 RGB-IMAGE 100 LAYER-MODE-NORMAL))))
  (gimp-image-insert-layer image layer 0 0)
  (plug-in-tile-upscale #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer) #:endpoints "nowhere"))
