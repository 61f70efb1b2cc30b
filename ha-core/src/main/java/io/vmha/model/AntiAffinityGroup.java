package io.vmha.model;

/**
 * Names a group of virtual machines that avoid sharing a host.
 *
 * <p>1 to 255 characters, not blank, no control characters; compared by code unit.
 */
public record AntiAffinityGroup(String value) implements Comparable<AntiAffinityGroup> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public AntiAffinityGroup {
        Ids.check("anti-affinity group", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public static AntiAffinityGroup of(String value) {
        return new AntiAffinityGroup(value);
    }

    @Override
    public int compareTo(AntiAffinityGroup other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
