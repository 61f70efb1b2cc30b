package io.vmha.vsphere.internal.vim;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How far a task is. Immutable.
 *
 * @param task which
 * @param properties its properties as last told
 */
record TaskState(MoRef task, Map<String, XmlNode> properties) {
    static final List<String> PATHS = List.of("info.state", "info.error", "info.progress");

    TaskState with(ObjectUpdate update) {
        Map<String, XmlNode> merged = new HashMap<>(properties);
        merged.putAll(update.assigned());
        merged.keySet().removeAll(update.removed());
        return new TaskState(task, merged);
    }

    /**
     * Whether it ended well.
     *
     * @throws VimFault if it ended otherwise
     */
    boolean isOver() {
        XmlNode state = properties.get("info.state");
        if (state == null) {
            return false;
        }
        if (state.text().equals("error")) {
            XmlNode error = properties.get("info.error");
            String type =
                    error == null ? "" : error.at("fault").map(XmlNode::xsiType).orElse("");
            String words = error == null ? "" : error.textAt("localizedMessage");
            throw new VimFault(type.isEmpty() ? "MethodFault" : type, words);
        }
        return state.text().equals("success");
    }

    OptionalInt progress() {
        XmlNode progress = properties.get("info.progress");
        return progress == null || !progress.text().matches("\\d{1,3}")
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(progress.text()));
    }
}
