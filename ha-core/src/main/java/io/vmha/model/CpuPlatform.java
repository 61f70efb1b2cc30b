package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A host's CPU model and microcode revision; a live migration needs both to be equal (rule 1 of the reference design).
 *
 * @param model the CPU's model, such as {@code xeon-5500}; not blank
 * @param microcode the microcode's revision, such as {@code 0x11}; may be empty where the platform does not tell it
 */
public record CpuPlatform(String model, String microcode) {

    /**
     * Checks the model.
     *
     * @throws IllegalArgumentException if the model is blank
     */
    public CpuPlatform {
        checkArgument(!model.isBlank(), "CPU model must not be blank");
    }

    /**
     * Parses {@code model/microcode}; what follows the last slash is the microcode, and without a slash it is empty.
     *
     * @throws IllegalArgumentException if the model is blank
     */
    public static CpuPlatform parse(String text) {
        int slash = text.lastIndexOf('/');
        return slash < 0
                ? new CpuPlatform(text, "")
                : new CpuPlatform(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public String toString() {
        return microcode.isEmpty() ? model : model + "/" + microcode;
    }
}
