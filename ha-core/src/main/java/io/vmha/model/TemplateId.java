package io.vmha.model;

/**
 * Names the template from which a virtual machine is cloned anew.
 *
 * <p>1 to 255 characters, not blank, in Unicode's normalization form C, which it is brought into; no control or format
 * characters, line separators or halves of characters. Compared by code unit.
 */
public record TemplateId(String value) implements Comparable<TemplateId> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
     */
    public TemplateId {
        value = Ids.checked("template id", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has other characters
     */
    public static TemplateId of(String value) {
        return new TemplateId(value);
    }

    @Override
    public int compareTo(TemplateId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
