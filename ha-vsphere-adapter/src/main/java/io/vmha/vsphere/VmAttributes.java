package io.vmha.vsphere;

import com.google.common.base.Splitter;
import io.vmha.adapter.VmClassifier;
import io.vmha.adapter.VmProfile;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.TemplateId;
import io.vmha.model.VmType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The custom attributes by which a machine says what it is. */
public final class VmAttributes {
    /** Its type, such as {@code DATABASE}; a machine without it is judged by the {@link VmClassifier}. */
    public static final String TYPE = "vmha.type";
    /** The name of the template that it is cloned anew from; may be missing. */
    public static final String TEMPLATE = "vmha.template";
    /** A whole number, the higher is recovered first; 0 where it is missing. */
    public static final String PRIORITY = "vmha.priority";
    /** Names of groups, with commas between them; may be missing. */
    public static final String ANTI_AFFINITY = "vmha.antiAffinity";

    private VmAttributes() {}

    /**
     * What the attributes say; empty where the type is missing.
     *
     * @throws IllegalArgumentException if one of them breaks a rule
     */
    static Optional<VmProfile> profile(Map<String, String> attributes) {
        String type = attributes.getOrDefault(TYPE, "");
        if (type.isBlank()) {
            return Optional.empty();
        }
        Set<AntiAffinityGroup> groups = Splitter.on(',')
                .trimResults()
                .omitEmptyStrings()
                .splitToStream(attributes.getOrDefault(ANTI_AFFINITY, ""))
                .map(AntiAffinityGroup::of)
                .collect(Collectors.toSet());
        String priority = attributes.getOrDefault(PRIORITY, "").trim();
        return Optional.of(VmProfile.builder()
                .type(VmType.of(type.trim()))
                .template(Optional.of(attributes.getOrDefault(TEMPLATE, ""))
                        .filter(name -> !name.isBlank())
                        .map(TemplateId::of))
                .priority(priority.isEmpty() ? 0 : Integer.parseInt(priority))
                .antiAffinity(groups)
                .build());
    }
}
