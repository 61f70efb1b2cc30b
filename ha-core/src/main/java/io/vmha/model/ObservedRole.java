package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Instant;

/**
 * A member's role, with who saw it and when.
 *
 * @param role what the member was seen to do
 * @param by who saw it, such as the name of an adapter; not blank
 * @param at when the reading began
 */
public record ObservedRole(DatabaseRole role, String by, Instant at) {

    /**
     * Checks the observer.
     *
     * @throws IllegalArgumentException if {@code by} is blank
     */
    public ObservedRole {
        checkArgument(!by.isBlank(), "the observer of a role must not be blank");
    }
}
