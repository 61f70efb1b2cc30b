package io.vmha.libvirt;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Ints;
import io.vmha.adapter.VmProfile;
import io.vmha.libvirt.DomainProfile.Machine;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;

/**
 * The metadata element by which a domain says what it is, in a namespace of its own. Immutable, all static.
 *
 * <p>libvirt keeps one element for each namespace in a domain's {@code <metadata>}; ours is one of
 *
 * <pre>{@code
 * <vmha:vm xmlns:vmha="https://vmha.io/xmlns/libvirt/1" type="DATABASE" role="PRIMARY" id="db1" template="db-template" priority="100">
 *   <vmha:antiAffinity group="db"/>
 * </vmha:vm>
 * <vmha:template xmlns:vmha="https://vmha.io/xmlns/libvirt/1" id="db-template" type="DATABASE"/>
 * <vmha:setAside xmlns:vmha="https://vmha.io/xmlns/libvirt/1" vm="db1"/>
 * <vmha:unmanaged xmlns:vmha="https://vmha.io/xmlns/libvirt/1"/>
 * }</pre>
 *
 * <p>Of {@code vm} only {@code type} is required; {@code id} defaults to the domain's name, {@code priority} to 0;
 * {@code origin} is written by the adapter into the clones that it makes. A template's {@code id} defaults to the
 * domain's name; its {@code type} is needed only for clones that replace no machine. It is set with {@code virsh metadata DOMAIN https://vmha.io/xmlns/libvirt/1 --key vmha --set XML}, where the
 * element stands without its prefix: {@code <vm type="DATABASE"/>}.
 */
public final class VmhaMetadata {

    /** The namespace of the element. */
    public static final String NAMESPACE = "https://vmha.io/xmlns/libvirt/1";

    /** The prefix that is written; any other is read as well. */
    public static final String PREFIX = "vmha";

    private static final String VM = "vm";
    private static final String TEMPLATE = "template";
    private static final String SET_ASIDE = "setAside";
    private static final String UNMANAGED = "unmanaged";
    private static final String ANTI_AFFINITY = "antiAffinity";

    private VmhaMetadata() {}

    /** Returns the element for that profile, with every value escaped. */
    public static String format(DomainProfile profile) {
        return SecureXml.write(element(profile));
    }

    /** Returns the element for a machine of that profile that is called as its domain, with every value escaped. */
    public static String format(VmProfile profile) {
        return format(Machine.of(profile));
    }

    /**
     * Reads a domain's profile from its XML.
     *
     * @param domainXml a whole {@code <domain>} document, as libvirt describes it
     * @return the profile, or empty if there is no element of ours
     * @throws IllegalArgumentException if the XML is not well-formed, has a document type, or the element breaks a rule:
     *     the message names the value and the rule
     */
    public static Optional<DomainProfile> profileOf(String domainXml) {
        return read(SecureXml.parse(domainXml).getDocumentElement());
    }

    /**
     * Reads a domain's profile from its XML, as {@link #profileOf} does, but a machine as the old {@code VmProfile}.
     *
     * @param domainXml as of {@code profileOf}
     * @return as of {@code profileOf}
     * @throws IllegalArgumentException as of {@code profileOf}
     * @deprecated Use {@link #profileOf}.
     */
    @Deprecated(since = "0.2.0", forRemoval = true)
    public static Optional<DomainProfile> parse(String domainXml) {
        return profileOf(domainXml).map(OldProfiles::toOld);
    }

    static Optional<DomainProfile> read(Element domain) {
        Optional<Element> metadata = SecureXml.child(domain, "metadata");
        if (metadata.isEmpty()) {
            return Optional.empty();
        }
        for (String kind : List.of(VM, TEMPLATE, SET_ASIDE, UNMANAGED)) {
            List<Element> found = SecureXml.children(metadata.get(), NAMESPACE, kind);
            if (!found.isEmpty()) {
                String name = SecureXml.text(domain, "name").orElse("");
                return Optional.of(profile(kind, found.get(0), name));
            }
        }
        return Optional.empty();
    }

    /** Puts the profile's element into a domain's document, in place of the one that is there. */
    static void replace(Element domain, DomainProfile profile) {
        Element metadata = SecureXml.child(domain, "metadata").orElseGet(() -> {
            Element added = domain.getOwnerDocument().createElement("metadata");
            domain.appendChild(added);
            return added;
        });
        for (String kind : List.of(VM, TEMPLATE, SET_ASIDE, UNMANAGED)) {
            SecureXml.children(metadata, NAMESPACE, kind).forEach(metadata::removeChild);
        }
        metadata.appendChild(domain.getOwnerDocument().importNode(element(profile), true));
    }

    private static DomainProfile profile(String kind, Element element, String domainName) {
        return switch (kind) {
            case VM -> machine(element);
            case TEMPLATE ->
                new DomainProfile.Template(
                        TemplateId.of(SecureXml.attribute(element, "id").orElse(domainName)),
                        SecureXml.attribute(element, "type").map(VmType::of));
            case SET_ASIDE -> new DomainProfile.SetAside(VmId.of(required(element, "vm")));
            default -> DomainProfile.Unmanaged.INSTANCE;
        };
    }

    private static Machine machine(Element element) {
        VmProfile profile = VmProfile.builder()
                .type(VmType.of(required(element, "type")))
                .role(SecureXml.attribute(element, "role").map(VmhaMetadata::role))
                .template(SecureXml.attribute(element, "template").map(TemplateId::of))
                .priority(SecureXml.attribute(element, "priority")
                        .map(VmhaMetadata::priority)
                        .orElse(0))
                .addAllAntiAffinity(SecureXml.children(element, NAMESPACE, ANTI_AFFINITY).stream()
                        .map(group -> AntiAffinityGroup.of(required(group, "group")))
                        .collect(ImmutableSet.toImmutableSet()))
                .build();
        return new Machine(
                SecureXml.attribute(element, "id").map(VmId::of),
                profile,
                SecureXml.attribute(element, "origin").map(CloneOrigin::parse));
    }

    private static String required(Element element, String attribute) {
        return SecureXml.attribute(element, attribute)
                .orElseThrow(() -> new IllegalArgumentException(
                        "metadata element " + element.getLocalName() + " lacks the attribute " + attribute));
    }

    private static ClusterRole role(String text) {
        for (ClusterRole role : ClusterRole.values()) {
            if (role.name().equals(text)) {
                return role;
            }
        }
        throw new IllegalArgumentException("metadata attribute role must be PRIMARY or STANDBY: " + text);
    }

    private static int priority(String text) {
        Integer value = Ints.tryParse(text);
        checkArgument(value != null, "metadata attribute priority must be an integer: %s", text);
        return value;
    }

    private static Element element(DomainProfile profile) {
        if (OldProfiles.toNew(profile) instanceof Machine machine) {
            return element(machine);
        }
        if (profile instanceof DomainProfile.Template template) {
            Element element = newElement(TEMPLATE);
            element.setAttribute("id", template.id().value());
            template.type().ifPresent(type -> element.setAttribute("type", type.value()));
            return element;
        }
        if (profile instanceof DomainProfile.SetAside setAside) {
            Element element = newElement(SET_ASIDE);
            element.setAttribute("vm", setAside.vm().value());
            return element;
        }
        return newElement(UNMANAGED);
    }

    private static Element element(Machine machine) {
        VmProfile vm = machine.profile();
        Element element = newElement(VM);
        machine.id().ifPresent(id -> element.setAttribute("id", id.value()));
        element.setAttribute("type", vm.type().value());
        vm.role().ifPresent(role -> element.setAttribute("role", role.name()));
        vm.template().ifPresent(template -> element.setAttribute("template", template.value()));
        if (vm.priority() != 0) {
            element.setAttribute("priority", Integer.toString(vm.priority()));
        }
        machine.origin().ifPresent(origin -> element.setAttribute("origin", origin.toString()));
        for (AntiAffinityGroup group : vm.antiAffinity()) {
            Element child = element.getOwnerDocument().createElementNS(NAMESPACE, PREFIX + ":" + ANTI_AFFINITY);
            child.setAttribute("group", group.value());
            element.appendChild(child);
        }
        return element;
    }

    private static Element newElement(String kind) {
        return SecureXml.newDocument(NAMESPACE, PREFIX + ":" + kind);
    }
}
