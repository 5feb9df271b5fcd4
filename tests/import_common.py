from odoo.tools import file_open


class ImportDialog:
    """Odoo's own import dialog, as somebody goes through it with the template that it offers."""

    def import_template(self, user, model, headers, columns):
        """Upload the template, check that its columns are found, and import it.

        :return: the preview, and the result
        """
        [template] = self.env[model].get_import_templates()[-1:]
        with file_open(template["template"].removeprefix("/"), "rb") as file:
            content = file.read()
        dialog = self.env["base_import.import"].with_user(user).with_context(allowed_company_ids=self.company.ids)
        wizard = dialog.create(
            {
                "res_model": model,
                "file": content,
                "file_name": template["template"].rpartition("/")[2],
                "file_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            }
        )
        options = {"has_headers": True, "quoting": '"', "separator": ",", "keep_matches": False}
        preview = wizard.parse_preview({**options})
        self.assertEqual(preview.get("headers"), headers, preview.get("error"))
        found = [preview["matches"][index] for index in range(len(headers))]
        self.assertEqual(found, [[name] for name in columns])
        result = wizard.execute_import(columns, headers, {**options, **preview["options"]})
        self.assertFalse(result["messages"])
        return preview, result
