package io.vmha.model;

/**
 * Names a group of virtual machines that avoid sharing a host.
 *
 * <p>1 to 255 characters, not blank, in Unicode's normalization form C, which it is brought into; no control or format
 * characters, line separators or halves of characters. Compared by code unit.
 */
public record AntiAffinityGroup(String value) implements Comparable<AntiAffinityGroup> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
     */
    public AntiAffinityGroup {
        value = Ids.checked("anti-affinity group", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
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
