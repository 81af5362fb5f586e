/* SPDX-License-Identifier: GPL-3.0-or-later */
/* event/protobuf_int.h - the generated messages of an event; private to event/. */
#ifndef XZ_EVENT_PROTOBUF_INT_H
#define XZ_EVENT_PROTOBUF_INT_H
#include <protobuf-c/protobuf-c.h>

#include "event/field_int.h"
#include "proto/xiezhi.pb-c.h"

/* The message of each group; its fields carry the names of the table. */
extern const ProtobufCMessageDescriptor *const xz_messages[XZ_GROUP_COUNT];

#endif
