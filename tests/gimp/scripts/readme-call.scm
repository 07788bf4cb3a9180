; SPDX-License-Identifier: GPL-3.0-or-later
; Makes the README's call of the procedure with a selection and without one, and writes both results. The test has put the call
; into call.scm, as the body of (call-of-the-readme image layer).

(load "call.scm")
(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "photo.png")))
       (layer (vector-ref (car (gimp-image-get-layers image)) 0)))
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 40 30)
  (write (cdr (call-of-the-readme image layer)))
  (gimp-selection-none image)
  (write (cdr (call-of-the-readme image layer))))
