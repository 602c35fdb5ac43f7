variable "name" {
  description = "Lower-case letters and digits; part of names that are unique in Azure."
  type        = string
  default     = "latchkey"
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,11}$", var.name))
    error_message = "Three to twelve lower-case letters and digits."
  }
}

variable "location" {
  type = string
}

variable "with_programs" {
  description = "False for the first time, before the secrets are in the vault."
  type        = bool
}

variable "image" {
  description = "The image by digest, REGISTRY/latchkey@sha256:…"
  type        = string
}

variable "tenant_id" {
  type = string
}

variable "tenant_name" {
  type = string
}

variable "api_client_id" {
  type = string
}

variable "portal_client_id" {
  type = string
}

variable "graph_client_id" {
  type = string
}

variable "portal_host" {
  description = "By which people reach the portal."
  type        = string
}

variable "authority_host" {
  description = "By which scripts reach the authority; it is in every certificate."
  type        = string
}

variable "status_host" {
  description = "By which relying parties ask; it is in every certificate."
  type        = string
}

variable "operators_group_id" {
  description = "Object id of the group whose members put secrets into the vault."
  type        = string
}

variable "database_owner_password" {
  type      = string
  sensitive = true
}
