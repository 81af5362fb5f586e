# SPDX-License-Identifier: GPL-3.0-or-later
# What tests/tsan/run needs beside the programs themselves. `make VARIANT=tsan ...` alone.

ifeq ($(VARIANT),tsan)
# itself not instrumented: it is to look like a library's inside
$(B)/tests/tsan/c11_threads.so: tests/tsan/c11_threads.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -fsanitize=thread,$(CFLAGS)) -fPIC -shared $< -o $@
$(B)/tests/tsan/test_%: $(B)/tests/tsan/test_%.o $(LIBS)
	$(Q)$(CC) $(CFLAGS) $^ $(LDLIBS) -lcmocka -o $@
endif
