package io.vmha.vsphere.internal.vim;

/**
 * The server's managers.
 *
 * @param sessionManager logs in and out
 * @param propertyCollector reads and watches properties
 * @param viewManager makes views
 * @param rootFolder the inventory's root
 * @param customFieldsManager custom attributes
 * @param eventManager tells what happened
 * @param perfManager tells counters; its value is empty where the server has none
 * @param name the product's name and version
 * @param vcenter whether it is a vCenter server, and not a single host
 */
public record ServiceContent(
        MoRef sessionManager,
        MoRef propertyCollector,
        MoRef viewManager,
        MoRef rootFolder,
        MoRef customFieldsManager,
        MoRef eventManager,
        MoRef perfManager,
        String name,
        boolean vcenter) {

    static ServiceContent from(XmlNode answer) {
        XmlNode content = answer.at("returnval").orElse(answer);
        return new ServiceContent(
                manager(content, "sessionManager"),
                manager(content, "propertyCollector"),
                manager(content, "viewManager"),
                manager(content, "rootFolder"),
                content.at("customFieldsManager").map(XmlNode::ref).orElse(new MoRef("CustomFieldsManager", "")),
                content.at("eventManager").map(XmlNode::ref).orElse(new MoRef("EventManager", "EventManager")),
                content.at("perfManager").map(XmlNode::ref).orElse(new MoRef("PerformanceManager", "")),
                content.textAt("about", "fullName"),
                content.textAt("about", "apiType").equals("VirtualCenter"));
    }

    private static MoRef manager(XmlNode content, String name) {
        return content.at(name)
                .map(XmlNode::ref)
                .orElseThrow(() -> new VimFault("MethodNotFound", "the server has no " + name));
    }
}
