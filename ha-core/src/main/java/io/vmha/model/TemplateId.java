package io.vmha.model;

/**
 * Names the template from which a virtual machine is cloned anew.
 *
 * <p>1 to 255 characters, not blank, no control characters; compared by code unit.
 */
public record TemplateId(String value) implements Comparable<TemplateId> {

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
     */
    public TemplateId {
        Ids.check("template id", value);
    }

    /**
     * Returns the id with the given value.
     *
     * @throws IllegalArgumentException if the value is blank, too long or has control characters
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
