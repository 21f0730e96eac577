/* SPDX-License-Identifier: MIT */
/** All of libtriptych. */
#ifndef TRIPTYCH_TRIPTYCH_H
#define TRIPTYCH_TRIPTYCH_H

#include <triptych/attachment.h>
#include <triptych/copy.h>
#include <triptych/error.h>
#include <triptych/format.h>
#include <triptych/frame.h>
#include <triptych/log.h>
#include <triptych/monitor.h>
#include <triptych/reader.h>
#include <triptych/stream.h>
#include <triptych/version.h>
#include <triptych/video.h>
#include <triptych/writer.h>

#endif
