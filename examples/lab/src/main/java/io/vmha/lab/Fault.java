package io.vmha.lab;

import com.google.common.collect.ImmutableSet;
import java.util.OptionalLong;

/**
 * A real fault that was made in a soak.
 *
 * @param text what was done
 * @param subject the guest or host that was made to fail
 * @param affected the guests that it took down: while it lasts, nothing that is said of them or done to them is a false alarm
 * @param at when, in milliseconds since 1970
 * @param recoveredAt when all was as before; empty where it never was
 */
record Fault(String text, String subject, ImmutableSet<String> affected, long at, OptionalLong recoveredAt) {

    Fault recovered(long when) {
        return new Fault(text, subject, affected, at, OptionalLong.of(when));
    }

    /** Whether what was said or done then of a guest or host has this as its cause. */
    boolean explains(String name, long when) {
        return when >= at
                && when <= recoveredAt.orElse(Long.MAX_VALUE)
                && (name.equals(subject) || affected.contains(name));
    }
}
