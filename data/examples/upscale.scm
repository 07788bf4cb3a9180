; SPDX-License-Identifier: GPL-3.0-or-later
; Upscales photo.png to photo-2x.png without a screen. From the folder that holds it:
;
;   gimp-console-3.0 --quit --batch-interpreter=plug-in-script-fu-eval -b '(load "upscale.scm")'
;
; A failure ends GIMP with a non-zero status and a sentence on stderr.

(define (upscale-file input output scale)
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE input)))
         (layer (vector-ref (car (gimp-image-get-layers image)) 0))
         (result (plug-in-tile-upscale #:run-mode RUN-NONINTERACTIVE
                                       #:image image
                                       #:drawables (vector layer)
                                       #:scale scale
                                       #:strength 0.3
                                       #:prompt "highly detailed, sharp focus")))
    (gimp-file-save RUN-NONINTERACTIVE image output)
    (display (string-append "upscaled " (number->string (cadr result)) " tiles, "
                            (number->string (caddr result)) " failed\n"))))

(upscale-file "photo.png" "photo-2x.png" 2.0)
