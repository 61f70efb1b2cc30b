package io.vmha.group;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.regex.Pattern;

/**
 * One instance of an orchestrator, with a management center in it that may lead. Immutable.
 *
 * @param name its name, which no other instance of its group has; 1 to 64 letters, digits, dots, underscores and hyphens, and not
 *     only dots
 * @param address where the orchestrator's other instances and its users reach it, such as {@code https://ha-1:8443}; 1 to 500
 *     characters without white space
 */
public record Instance(String name, String address) {
    private static final Pattern NAME = Pattern.compile("(?!\\.+$)[A-Za-z0-9._-]{1,64}");
    private static final Pattern ADDRESS = Pattern.compile("[^\\s\\p{Cntrl}]{1,500}");

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException if one is not as it should be
     */
    public Instance {
        checkArgument(
                NAME.matcher(name).matches(),
                "name must be 1 to 64 letters, digits, dots, underscores and hyphens: %s",
                name);
        checkArgument(
                ADDRESS.matcher(address).matches(),
                "address must be 1 to 500 characters without white space: %s",
                address);
    }
}
